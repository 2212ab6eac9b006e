"""How many messages a claim takes for each thread: more of a fast provider, few of a slow or troubled one."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from smsadmin.broadcasts import lifecycle
from smsadmin.database import read
from smsadmin.models import Asked
from smsadmin.providers.base import Answer, Outcome, Outgoing
from smsadmin.providers.twilio import Twilio
from smsadmin.sending import window
from smsadmin.sending.window import FEWEST, MOST, SOON, Window
from tests.plugin import Shop


def test_it_opens_while_turns_come_back_soon_and_closes_step_by_step() -> None:
    window = Window()
    assert window.each == FEWEST

    opened = []
    for _ in range(4):
        window.learn(SOON / 2)
        opened.append(window.each)
    for _ in range(4):
        window.learn(SOON * 2)
        opened.append(window.each)

    assert opened == [4, 8, MOST, MOST, MOST // 2, MOST // 4, FEWEST, FEWEST]


def test_after_trouble_it_begins_anew() -> None:
    window = Window()
    window.learn(0)
    window.close()

    assert window.each == FEWEST


def _claims(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, late: float, outcome: Outcome, soon: float = 30
) -> list[int]:
    """Send through a Twilio that answers so late and so; return how many messages each claim took.

    What comes back within `soon` counts as soon: on a busy machine seconds pass where nobody is late.
    """
    monkeypatch.setattr(window, "SOON", soon)

    def send(_self: Twilio, _way: Any, _id: str, messages: Sequence[Outgoing], _end: float) -> list[Answer]:
        time.sleep(late)
        return [Answer(outcome, provider_id=f"SM{message.attempt_id:0>32}"[:34]) for message in messages]

    monkeypatch.setattr(Twilio, "send", send)
    shop.connect("twilio")
    shop.set(rate=100_000.0, threads=2)
    shop.customers(60)
    lifecycle.send(shop.formed(), "Мария")
    shop.work(120)
    sizes = (
        select(func.count(Asked.attempt_id)).group_by(Asked.request_id).order_by(func.min(Asked.message_id))
    )
    return list(read(lambda session: session.scalars(sizes).all()))


def test_a_fast_provider_gets_larger_claims(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = _claims(shop, monkeypatch, 0, Outcome.ACCEPTED)

    assert sizes[0] == 2 * FEWEST
    assert max(sizes) > 2 * FEWEST
    assert max(sizes) <= 2 * MOST


def test_of_a_slow_provider_few_are_ever_in_doubt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = _claims(shop, monkeypatch, 0.11, Outcome.ACCEPTED, SOON)

    assert max(sizes) == 2 * FEWEST


def test_of_one_that_refuses_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.set(refusals_to_pause=1000)

    sizes = _claims(shop, monkeypatch, 0, Outcome.REJECTED)

    assert max(sizes) == 2 * FEWEST
