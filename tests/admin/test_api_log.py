"""The screen of the API access log: who may see it, its switch, the filters, a call's page, the zip."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from smsadmin import accounts
from smsadmin.api_log import calls, export, switch
from smsadmin.api_log.calls import Filter, find
from smsadmin.api_log.masking import BETRAYS
from smsadmin.current import settings
from smsadmin.database import read, write
from smsadmin.models import ApiCall, IntegrationChange
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import SignedIn
from tests.hostapp.app import KEY
from tests.plugin import PASSWORD, Shop

PAGES = ("/api_log/", "/api_log/1")
NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kept_for_years(shop: Shop) -> None:
    """The calls of these tests have days of their own: they are not too old to be shown."""
    shop.app.extensions["smsadmin"].settings = replace(settings(), api_log_kept=10 * 366 * 86_400.0)


def row(**fields: Any) -> dict[str, Any]:
    """Return a call to write; its cut fields are empty."""
    usual = {
        **{
            "at": NOON,
            "provider": "smsc",
            "kind": "send",
            "request_id": "r1",
            "method": "POST",
            "status": 200,
            "verdict": "understood",
        },
        **{"address": "https://smsc.ru/sys/send.php", "failure": "", "milliseconds": 140, "request": "a: b"},
        **{"reply": "{}", "address_cut": "", "request_cut": "", "reply_cut": ""},
    }
    return usual | fields


def written(*rows: dict[str, Any]) -> list[int]:
    """Write calls and return their ids."""
    write(lambda session: session.execute(insert(ApiCall), list(rows)))
    return list(read(lambda session: session.scalars(select(ApiCall.id).order_by(ApiCall.id)).all()))


def listed(browser: Browser, query: str = "") -> list[int]:
    """Return the calls that a page lists."""
    page = browser.read(f"/api_log/{query}")
    return [
        int(part.split('"')[0]) for part in page.split('href="/office/sms/api_log/')[1:] if part[0].isdigit()
    ]


@pytest.mark.parametrize(("level", "in_charge"), [("operator", True), ("guest", False)])
def test_nobody_but_the_two_sees_it(signed_in: SignedIn, level: str, in_charge: bool) -> None:
    written(row())
    browser = signed_in(level, in_charge=in_charge)
    ours = tokens(browser.open("/events/").text)

    for page in PAGES:
        assert browser.open(page).status_code == 403
    for action in ("/api_log/switch", "/api_log/download"):
        assert browser.post(action, **ours, on="1").status_code == 403
    assert switch.on_until() is None


def test_it_has_no_entry_of_its_own_in_the_menu(boss: Browser) -> None:
    assert "/sms/api_log/" not in boss.read("/customers/")


def test_a_stranger_is_sent_to_sign_in(shop: Shop) -> None:
    assert Browser(shop.app).open("/api_log/").status_code == 302


def test_the_switch_says_until_when_it_is_on_and_who_switched_it(boss: Browser) -> None:
    assert "The log is off" in boss.read("/api_log/")

    page = boss.press("/api_log/", "/api_log/switch", on="1").text

    assert "On until" in page
    assert switch.on_until() is not None
    assert "The log is off" in boss.press("/api_log/", "/api_log/switch", on="").text
    assert switch.on_until() is None
    told = read(lambda session: session.scalars(select(IntegrationChange.what)).all())
    assert told == ["log_on", "log_off"]


def test_a_button_of_a_strange_page_changes_nothing(boss: Browser) -> None:
    hosts_only = {"csrf_token": tokens(boss.open("/api_log/").text)["csrf_token"]}

    assert boss.post("/api_log/switch", **hosts_only, on="1").status_code == 400
    assert boss.post("/api_log/download", **hosts_only).status_code == 400
    assert switch.on_until() is None


def test_an_empty_log_says_what_to_do(boss: Browser) -> None:
    assert "Switch it on, then repeat what went wrong" in boss.read("/api_log/")
    switch.switch_on()
    assert "No call since then. Repeat what went wrong" in boss.read("/api_log/")
    assert "Choose less, or show all." in boss.read("/api_log/?words=nothing")


def test_a_real_call_is_listed_and_opened(shop: Shop, boss: Browser) -> None:
    switch.switch_on()
    accounts.refresh_balance(shop.connect())
    [number] = listed(boss)

    page = boss.read(f"/api_log/{number}")

    assert "SMSC, balance check" in page
    assert "/smsc/sys/balance.php" in page
    assert "psw: ••••" in page
    assert '"currency": "RUB"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        # By the time of the call, not of its writing.
        ("", [6, 4, 3, 2, 1, 5]),
        ("?provider=twilio", [3]),
        ("?kind=balance", [2]),
        ("?outcome=wrong", [6, 4, 5]),
        ("?outcome=wrong&provider=smsc&kind=lookup", [6]),
        ("?outcome=no_answer", [5]),
        ("?outcome=refused", [4]),
        ("?outcome=not_understood", [6]),
        ("?outcome=understood", [3, 2, 1]),
        ("?outcome=not_found", []),
        ("?words=Привет", [1]),
        ("?words=8 (926) 123-45-67", [1]),
        ("?words=%2B79261234567", [1]),
        ("?words=send.php", [6, 4, 3, 2, 1, 5]),
        ("?words=100%25", []),
        ("?since=2026-03-09", [6]),
        ("?until=2026-03-07", [5]),
        ("?since=2026-03-08&until=2026-03-08", [4, 3, 2, 1]),
        ("?since=2026-03-10&until=2026-03-01", []),
    ],
)
def test_the_filters_find_what_they_say(boss: Browser, query: str, found: list[int]) -> None:
    ids = written(
        row(request="phones: 79261234567\nmes: Привет, Анна"),
        row(kind="balance"),
        row(provider="twilio", status=201),
        row(verdict="refused"),
        # In Moscow it is the 7th until 21:00 in UTC.
        row(status=None, verdict=None, failure="ReadTimeout", at=datetime(2026, 3, 7, 20, 59, tzinfo=UTC)),
        row(status=503, verdict="not_understood", kind="lookup", at=datetime(2026, 3, 8, 21, tzinfo=UTC)),
    )

    assert listed(boss, query) == [ids[number - 1] for number in found]


@pytest.mark.parametrize(
    "query",
    [
        "?since=garbage&until=9999-12-31",
        "?since=0001-01-01&until=2026-02-30",
        "?since=2026-W10-1&until=%00",
        f"?before={10**30}",
        "?before=-5",
        "?before=x",
        "?provider=%00&kind=nobody&outcome=%00",
        "?words=%00%25_%5C'\"",
        "?words=" + "9" * 3000,
        "?words=%ff%fe&words=b",
        "?words=+++",
    ],
)
def test_what_nobody_can_have_chosen_raises_nothing(boss: Browser, query: str) -> None:
    written(row())
    boss.read(f"/api_log/{query}")


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_call_of_a_strange_number_is_not_there(boss: Browser, number: int) -> None:
    assert boss.open(f"/api_log/{number}").status_code == 404


def test_a_long_log_is_read_page_by_page(boss: Browser) -> None:
    ids = written(*(row() for _ in range(120)))

    first = listed(boss)
    second = listed(boss, f"?before={first[-1]}")
    third = listed(boss, f"?before={second[-1]}")

    assert first + second + third == ids[::-1]
    assert "Earlier calls" not in boss.read(f"/api_log/?before={second[-1]}")


def test_a_search_goes_on_where_a_step_has_ended(boss: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = written(row(reply="needle"), *(row() for _ in range(7)))
    monkeypatch.setattr(calls, "AT_ONCE", 4)

    step = find(Filter(words="needle"), None, 50)
    page = boss.read("/api_log/?words=needle")

    assert (step.calls, step.before) == ([], ids[4])
    assert "Nothing in this part of the log." in page
    assert f"before={ids[4]}" in page
    assert listed(boss, f"?words=needle&before={step.before}") == [ids[0]]


def test_what_was_withheld_is_said_in_words(boss: Browser) -> None:
    [number] = written(row(reply=BETRAYS))
    assert "could not be masked safely" in boss.read(f"/api_log/{number}")


def test_markup_in_a_reply_stays_text(boss: Browser) -> None:
    [number] = written(row(reply="<script>alert(1)</script>", address="https://x/<b>"))
    for page in ("/api_log/", f"/api_log/{number}"):
        html = boss.open(page).text
        assert "<script>alert" not in html
        assert "https://x/<b>" not in html
        assert "https://x/&lt;b&gt;" in html


def test_the_zip_holds_the_calls_that_were_found(shop: Shop, boss: Browser) -> None:
    written(
        row(
            provider="twilio",
            verdict="not_understood",
            request="whole",
            request_cut="cut",
            at=NOON + timedelta(seconds=5),
        ),
        row(request="not wanted", request_cut="not wanted"),
    )
    ours = tokens(boss.open("/api_log/").text)

    for fields, seen in (({}, "cut"), ({"whole": "1"}, "whole")):
        answer = boss.post("/api_log/download", **ours, **fields, provider="twilio")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            [line] = archive.read("log.jsonl").decode().splitlines()
            text = archive.read("log.txt").decode()
        assert json.loads(line)["request"] == seen
        assert json.loads(line)["verdict"] == "not_understood"
        assert "\n200, not_understood, 140 ms\n" in text
        assert f"--- request\n{seen}\n" in text
        assert "2026-03-08 15:00:05 MSK  twilio  send  r1" in text


def test_the_zip_holds_the_newest_calls_and_no_more_than_it_may(
    boss: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = written(*(row(request_cut="x" * 1000) for _ in range(250)))
    monkeypatch.setattr(export, "MOST_CALLS", 120)

    def held() -> list[int]:
        with zipfile.ZipFile(export.support_zip(Filter(), whole=False)) as archive:
            return [json.loads(line)["id"] for line in archive.read("log.jsonl").decode().splitlines()]

    assert held() == ids[:-121:-1]
    monkeypatch.setattr(export, "MOST_CHARACTERS", 10_500)
    assert held() == ids[:-11:-1]


def test_the_zip_shows_settings_and_versions_without_a_secret(shop: Shop, boss_elsewhere: SignedIn) -> None:
    shop.connect()
    shop.connect("twilio")
    browser = boss_elsewhere(
        SMSADMIN_REDIS_URL="redis://worker:redis-password@127.0.0.1:6379/0?password=redis-password",
        SMSADMIN_BASE_URLS={"smsc": "https://proxy:proxy-password@mirror.example/smsc"},
        SHORTLINKS_SALT="pinch-of-salt",
    )
    ours = tokens(browser.open("/api_log/").text)

    answer = browser.post("/api_log/download", **ours)

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    told = json.loads(found["settings.json"])
    assert told["settings"]["SMSADMIN_REDIS_URL"] == "redis://127.0.0.1:6379/0"
    assert told["settings"]["SMSADMIN_BASE_URLS"] == {"smsc": "https://mirror.example/smsc"}
    assert told["settings"]["SHORTLINKS_URL"] == "http://localhost/l/"
    assert [account["provider"] for account in told["accounts"]] == ["smsc", "twilio"]
    assert told["accounts"][1]["sender"] == "•••••••0006"
    assert told["switches"]["sms"] is True
    assert {"python", "platform", "database", "flask", "flask-admin", "sqlalchemy", "rq", "redis"} <= set(
        json.loads(found["versions.json"])
    )
    everything = "\n".join(found.values())
    for secret in (PASSWORD, "demo-token", KEY, "redis-password", "proxy-password", "pinch-of-salt"):
        assert secret not in everything
