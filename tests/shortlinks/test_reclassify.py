"""`flask shortlinks reclassify`: the rules of today over clicks of before, whoever is killed or flushes meanwhile."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from shortlinks import reclassify, recount, rules
from shortlinks.blocks import reserve
from shortlinks.bots import Kind, Signal
from shortlinks.details import click_details
from shortlinks.flusher import flush_once
from shortlinks.gate import Outcome
from shortlinks.lines import LoginLine
from shortlinks.models import Click, LinkBlock
from shortlinks.report import figures
from tests.shortlinks.clicking import NOON, after, assert_counters_are_right, clicked, kinds
from tests.shortlinks.host import CRAWLER, OWN_APP, PHONE, make_host

ROOT = Path(__file__).parents[2]
VIBER = (
    "Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.0.0 Mobile Safari/537.36 Viber/20.5"
)


@pytest.fixture
def block(app: Flask, engine: Engine) -> LinkBlock:
    return reserve(engine, url="http://localhost/c", owner="b1", link_index=0, count=5000, login=True)


def judge_as_before(engine: Engine, kind: Kind, *, number: int | None = None) -> None:
    """Let the stored clicks be what older rules made of them, and the counters with them."""
    with Session(engine) as session, session.begin():
        before = update(Click).values(kind=kind, signal=Signal.NONE, rules=rules.RULES - 1)
        session.execute(before if number is None else before.where(Click.number == number))
        recount.mend(session, 1000)


def command(app: Flask, *options: str) -> str:
    run = app.test_cli_runner().invoke
    return str(Context().run(run, args=["shortlinks", "reclassify", *options]).output)


def test_clicks_of_older_rules_are_judged_anew_with_their_figures(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    for position, agent in enumerate([PHONE, VIBER, CRAWLER, ""]):
        clicked(app, block, position, position, agent)
    flush_once(app)
    judge_as_before(engine, Kind.PREVIEW)
    assert figures(["b1"])["b1"].unique == 0

    assert command(app) == f"4 clicks judged by rules {rules.RULES}, 4 changed.\n"

    assert kinds(engine) == [Kind.PERSON, Kind.PERSON, Kind.BOT, Kind.UNKNOWN]
    assert (figures(["b1"])["b1"].unique, figures(["b1"])["b1"].bot_clicks) == (2, 2)
    assert click_details("b1").first_at == NOON
    assert_counters_are_right(engine)
    assert command(app) == f"0 clicks judged by rules {rules.RULES}, 0 changed.\n"


def test_a_burst_of_before_is_found_over_all_batches(
    app: Flask, engine: Engine, block: LinkBlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reclassify, "AT_ONCE", 7)
    for position in range(40):
        clicked(app, block, position, position / 10, OWN_APP)
        clicked(app, block, 100 + position, position / 10, PHONE)
    flush_once(app)
    judge_as_before(engine, Kind.PERSON)

    assert "80 clicks judged" in command(app)

    assert figures(["b1"])["b1"].clicks == figures(["b1"])["b1"].bot_clicks == 40
    assert_counters_are_right(engine)


def test_what_came_too_soon_is_known_of_old_clicks_too(
    app: Flask, engine: Engine, block: LinkBlock, tmp_path: Path
) -> None:
    clicked(app, block, 3, 0.5)
    clicked(app, block, 4, 50)
    flush_once(app)
    judge_as_before(engine, Kind.PERSON)
    sender = make_host(
        engine, tmp_path / "other", None, handed_over=lambda asked, _: dict.fromkeys(asked, NOON)
    )

    assert "2 clicks judged by" in command(sender)

    assert kinds(engine) == [Kind.BOT, Kind.PERSON]
    assert click_details("b1").first_at == after(50)
    assert_counters_are_right(engine)


@pytest.mark.parametrize("options", [(), ("--all",)])
def test_a_posted_login_form_speaks_louder_than_any_rule(
    app: Flask, engine: Engine, block: LinkBlock, options: tuple[str, ...]
) -> None:
    clicked(app, block, 3, 1, PHONE)
    app.extensions["shortlinks"].clicks.append(LoginLine(block.first + 3, after(2), Outcome.SIGNED_IN, ""))
    for position in range(10, 10 + rules.BURST_RECIPIENTS):
        clicked(app, block, position, 2, OWN_APP)
    clicked(app, block, 4, 3, "curl/8.5.0")
    app.extensions["shortlinks"].clicks.append(LoginLine(block.first + 4, after(4), Outcome.SIGNED_IN, ""))
    flush_once(app)
    before = figures(["b1"])["b1"]
    with Session(engine) as session, session.begin():
        session.execute(update(Click).values(rules=1))

    assert command(app, *options).endswith(" 0 changed.\n")

    assert figures(["b1"])["b1"] == before
    assert kinds(engine, position=3) == kinds(engine, position=4) == [Kind.PERSON]
    assert_counters_are_right(engine)


def test_a_person_by_older_rules_who_has_signed_in_stays_one(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    clicked(app, block, 3, 1, "curl/8.5.0")
    flush_once(app)
    judge_as_before(engine, Kind.PERSON)
    app.extensions["shortlinks"].clicks.append(LoginLine(block.first + 3, after(2), Outcome.SIGNED_IN, ""))
    flush_once(app)

    assert command(app).endswith(" 0 changed.\n")

    assert kinds(engine) == [Kind.PERSON]
    assert_counters_are_right(engine)


def test_all_judges_also_what_these_rules_have_judged_and_after_skips_what_is_done(
    app: Flask, engine: Engine, block: LinkBlock
) -> None:
    for position in range(3):
        clicked(app, block, position)
    flush_once(app)
    with Session(engine) as session:
        first = session.scalar(select(func.min(Click.id)))

    assert command(app).startswith("0 clicks")
    assert command(app, "--all").startswith("3 clicks")
    assert command(app, "--all", "--after", str(first)).startswith("2 clicks")


KILLED = """
import sys
from pathlib import Path
from sqlalchemy import create_engine
from shortlinks import reclassify
from tests.shortlinks.host import make_host
reclassify.AT_ONCE = 20
host = make_host(create_engine(sys.argv[1]), Path(sys.argv[2]))
with host.app_context():
    print(sum(1 for _ in reclassify.reclassify(host.extensions["shortlinks"])))
"""


def still_to_judge(engine: Engine) -> int:
    with Session(engine) as session:
        older = select(func.count()).select_from(Click).where(Click.rules < rules.RULES)
        return session.scalar(older) or 0


def test_one_that_is_killed_leaves_figures_right_and_the_next_goes_on(
    app: Flask, engine: Engine, block: LinkBlock, tmp_path: Path
) -> None:
    for position in range(2000):
        clicked(app, block, position, position, (PHONE, VIBER, CRAWLER, OWN_APP)[position % 4])
    flush_once(app)
    judge_as_before(engine, Kind.PREVIEW)
    url = engine.url.render_as_string(hide_password=False)

    with subprocess.Popen([sys.executable, "-c", KILLED, url, str(tmp_path / "x")], cwd=ROOT) as process:
        wait_until(lambda: still_to_judge(engine) < 2000)
        process.kill()
    left = still_to_judge(engine)
    assert 0 < left < 2000, "it was killed in the middle"
    assert_counters_are_right(engine)

    assert command(app).startswith(f"{left} clicks")
    assert figures(["b1"])["b1"].unique == 1500
    assert_counters_are_right(engine)


def test_clicks_come_meanwhile(
    app: Flask, engine: Engine, block: LinkBlock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reclassify, "AT_ONCE", 50)
    for position in range(1000):
        clicked(app, block, position, position, (PHONE, VIBER, CRAWLER, OWN_APP)[position % 4])
    flush_once(app)
    judge_as_before(engine, Kind.PREVIEW)
    other = make_host(engine, tmp_path / "other")
    for position in range(4000):
        clicked(other, block, position % 2000, position, (PHONE, CRAWLER, OWN_APP)[position % 3])

    with ThreadPoolExecutor(1) as pool:
        flushing = pool.submit(flush_once, other)
        output = command(app)
        assert flushing.result(120) == 4000

    assert output.startswith("1000 clicks")
    assert still_to_judge(engine) == 0
    assert_counters_are_right(engine)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
