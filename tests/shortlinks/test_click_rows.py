"""What is kept of a click: link, message, time, class and rules, agent by reference, network, referrer's host."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shortlinks.blocks import block_code, reserve
from shortlinks.bots import Kind, Signal
from shortlinks.flusher import flush_once
from shortlinks.models import Click, LinkBlock, UserAgent
from shortlinks.rules import RULES
from tests.shortlinks.conftest import a_person
from tests.shortlinks.host import CRAWLER, PHONE

pytestmark = pytest.mark.usefixtures("way")


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url="https://shop.ru/", owner="b1", link_index=2, count=5, login=False)


def visit(app: Flask, block: LinkBlock, address: str = "188.170.1.77", agent: str = PHONE) -> None:
    """Open the link of the fourth message, coming from a chat."""
    a_person(app).get(
        f"/l/{block_code(block, 3)}",
        environ_base={"REMOTE_ADDR": address},
        headers={"Referer": "https://web.telegram.org/k/#@secret", "User-Agent": agent},
    )


def stored(app: Flask, engine: Engine) -> list[Click]:
    flush_once(app)
    with Session(engine) as session:
        return list(session.scalars(select(Click).order_by(Click.id)))


def test_a_row_has_its_link_its_message_its_time_and_its_class(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    visit(app, block)
    (click,) = stored(app, engine)
    assert (click.number, click.block_id, click.position) == (block.first + 3, block.id, 3)
    assert before <= click.at <= datetime.now(UTC)
    assert (click.kind, click.signal, click.rules) == (Kind.PERSON, Signal.NONE, RULES)


def test_an_agent_is_kept_once_and_referred_to(app: Flask, engine: Engine, block: LinkBlock) -> None:
    for agent in (PHONE, CRAWLER, PHONE):
        visit(app, block, agent=agent)
    clicks = stored(app, engine)
    with Session(engine) as session:
        agents = {agent.id: agent for agent in session.scalars(select(UserAgent))}
    assert [agents[click.user_agent_id or 0].agent for click in clicks] == [PHONE, CRAWLER, PHONE]
    assert len(agents) == 2
    phone = agents[clicks[0].user_agent_id or 0]
    assert (phone.browser, phone.system, phone.device, phone.kind) == (
        *("Mobile Safari", "iOS", "iPhone"),
        "phone",
    )


def test_without_an_agent_there_is_nothing_to_refer_to(app: Flask, engine: Engine, block: LinkBlock) -> None:
    visit(app, block, agent="")
    (click,) = stored(app, engine)
    assert (click.user_agent_id, click.kind) == (None, Kind.UNKNOWN)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("188.170.1.77", "188.170.1.0"),
        ("2a00:1fa0:8412:77aa:1:2:3:4", "2a00:1fa0:8412::"),
        ("::ffff:188.170.1.77", "188.170.1.0"),
    ],
)
def test_the_last_octet_or_80_bits_of_an_address_are_cut_off(
    app: Flask, engine: Engine, block: LinkBlock, address: str, kept: str
) -> None:
    visit(app, block, address)
    (click,) = stored(app, engine)
    assert click.address == kept


def test_of_the_referrer_only_the_host_is_kept(app: Flask, engine: Engine, block: LinkBlock) -> None:
    visit(app, block)
    (click,) = stored(app, engine)
    assert click.referrer_host == "web.telegram.org"
