"""Forming a list reserves the codes of its links once, whoever is killed or works at the same moment."""

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from shortlinks.blocks import resolve
from shortlinks.models import LinkBlock
from smsadmin import links
from smsadmin.broadcasts import drafts
from smsadmin.broadcasts.prepare import form_list
from smsadmin.database import read
from smsadmin.states import BroadcastState
from tests.hostapp import create_host
from tests.hostapp.models import db
from tests.plugin import Shop
from tests.simulator.running import wait_until
from tests.test_worker import worker

TEXT = "Скидки: http://localhost/sale и http://localhost/home ждём"
RECIPIENTS = 120


@pytest.fixture
def another_process(migrated_url: str, redis_url: str) -> Iterator[Flask]:
    """Another copy of the host, which knows nothing that the first one has in memory."""
    app = create_host(migrated_url, redis_url, SMSADMIN_PREPARE_BATCH=1)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def begun(shop: Shop) -> int:
    """Have a list formed, with links that count and links that sign in; nobody has begun yet."""
    broadcast_id = shop.broadcast(TEXT, wrap_clicks=True, wrap_login=True)
    drafts.form_list(broadcast_id, TEXT)
    return broadcast_id


def form_at_once(lists: Sequence[tuple[Flask, int]]) -> None:
    """Form lists in threads, each as the process of its host."""

    def form(app: Flask, broadcast_id: int) -> bool:
        with app.app_context():
            return form_list(broadcast_id, time.monotonic() + 60)

    with ThreadPoolExecutor(len(lists)) as threads:
        assert not any(threads.map(form, *zip(*lists, strict=True)))


def blocks_of(broadcast_id: int) -> list[LinkBlock]:
    owned = select(LinkBlock).where(LinkBlock.owner.like(f"broadcast:{broadcast_id}:%"))
    return list(read(lambda session: session.scalars(owned).all()))


def check_codes(shop: Shop, broadcast_id: int) -> set[str]:
    """Return the codes of all messages, having seen that each leads to its own message and link."""
    messages = shop.messages(broadcast_id)
    assert [message.position for message in messages] == list(range(RECIPIENTS))
    codes = []
    for message, text in zip(messages, links.texts(messages), strict=True):
        hits = [resolve(code) for code in re.findall(r"/l/(\w+)", text)]
        own = [(hit.block.owner, hit.block.link_index, hit.position) for hit in hits if hit]
        assert own == [(f"broadcast:{broadcast_id}:1", index, message.position) for index in (0, 1)]
        codes += re.findall(r"/l/(\w+)", text)
    assert len(set(codes)) == len(codes) == 2 * RECIPIENTS
    return set(codes)


def test_a_list_whose_worker_was_killed_goes_on_with_the_codes_it_had(shop: Shop) -> None:
    shop.connect()
    shop.customers(RECIPIENTS)
    broadcast_id = begun(shop)
    with worker(shop, SMSADMIN_PREPARE_BATCH=1) as process:
        wait_until(lambda: len(shop.messages(broadcast_id)) > 0)
        process.kill()
        process.wait()
    before = {block.id: block.first for block in blocks_of(broadcast_id)}
    assert len(shop.messages(broadcast_id)) < RECIPIENTS

    assert form_list(broadcast_id, time.monotonic() + 60) is False

    assert {block.id: block.first for block in blocks_of(broadcast_id)} == before
    check_codes(shop, broadcast_id)


def test_two_who_form_one_list_at_once_give_out_the_same_codes(shop: Shop, another_process: Flask) -> None:
    shop.connect()
    shop.customers(RECIPIENTS)
    shop.set(prepare_batch=1)
    broadcast_id = begun(shop)

    form_at_once([(shop.app, broadcast_id), (another_process, broadcast_id)])

    assert shop.row(broadcast_id).state == BroadcastState.READY
    assert len(blocks_of(broadcast_id)) == 4  # two links, each of them with and without signing in
    check_codes(shop, broadcast_id)


def test_two_lists_that_are_formed_at_once_have_codes_of_their_own(
    shop: Shop, another_process: Flask
) -> None:
    shop.connect()
    shop.customers(RECIPIENTS)
    shop.set(prepare_batch=1)
    first, second = begun(shop), begun(shop)

    form_at_once([(shop.app, first), (another_process, second)])

    assert not check_codes(shop, first) & check_codes(shop, second)
    numbers = [
        range(block.first, block.first + block.count) for block in blocks_of(first) + blocks_of(second)
    ]
    assert len(set().union(*numbers)) == sum(map(len, numbers))
