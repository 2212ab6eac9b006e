"""What the screen of the API access log says of each call: whose it was, and whether its reply could be read."""

import io
import json
import re
import zipfile
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smsadmin import __version__, accounts
from smsadmin.api_log import switch
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.clock import utc_now
from tests.admin.browser import Browser, tokens
from tests.admin.checking import check
from tests.admin.conftest import SignedIn
from tests.admin.test_api_log import listed, row, written
from tests.plugin import LOGIN, Shop
from tests.providers.canned import canned_server


def badges(page: str) -> list[tuple[str, str]]:
    """Return the colours and words of a page's badges on calls."""
    return re.findall(r'badge-(\w+)">([^<]+)</span>', page.partition("sms-support")[0])


@pytest.mark.parametrize(
    ("verdict", "badge", "sentence"),
    [
        ("understood", ("success", "fine"), "The provider has taken everything"),
        ("not_found", ("info", "not found there"), "does not know the SMS"),
        ("partly_refused", ("warning", "refused in part"), "has taken some SMS of this request"),
        ("refused", ("danger", "refused"), "has refused the request"),
        ("not_understood", ("danger", "not understood"), "nobody knows what became of the request"),
        # Of before replies were judged, and of a later version.
        (None, ("secondary", "not judged"), ""),
        ("something new", ("secondary", "not judged"), ""),
    ],
)
def test_a_200_is_as_good_as_what_it_says(
    boss: Browser, verdict: str | None, badge: tuple[str, str], sentence: str
) -> None:
    [number] = written(row(at=utc_now(), verdict=verdict))

    page = boss.read(f"/api_log/{number}")

    assert badges(boss.read("/api_log/")) == [badge]
    assert badges(page) == [badge]
    assert sentence in page


def test_a_call_without_an_answer_says_so(boss: Browser) -> None:
    [number] = written(row(at=utc_now(), status=None, verdict=None, failure="ReadTimeout"))

    assert badges(boss.read("/api_log/")) == [("warning", "no answer")]
    assert "whether it took the request is not known" in boss.read(f"/api_log/{number}")
    assert listed(boss, "?outcome=wrong") == [number]


def test_what_was_never_judged_went_wrong_by_its_status_alone(boss: Browser) -> None:
    _fine, refused = written(
        row(at=utc_now(), verdict=None), row(at=utc_now(), verdict=None, status=503, reply="<html>")
    )

    assert listed(boss, "?outcome=wrong") == [refused]


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        ({"error": "no money", "error_code": 3}, "refused"),
        ({"welcome": "to somebody else"}, "not understood"),
    ],
)
def test_a_real_200_that_is_no_good_news_is_found_among_what_went_wrong(
    shop: Shop, boss_elsewhere: SignedIn, reply: dict[str, object], word: str
) -> None:
    shop.connect()
    switch.switch_on()
    with canned_server() as smsc:
        smsc.answer(200, {"balance": "5.00", "currency": "RUB"}, page="balance.php")
        smsc.answer(200, reply, page="send.php")
        boss = boss_elsewhere(SMSADMIN_BASE_URLS={"smsc": smsc.url})
        page = check(boss)
    link = re.findall(r'href="/office/sms(/api_log/\?[^"]+)"', page)

    [number] = listed(boss, link[0].removeprefix("/api_log/"))

    assert badges(boss.read(f"/api_log/{number}")) == [("danger", word)]
    assert len(listed(boss)) == 2


def test_a_call_of_a_removed_account_says_so_with_its_login(shop: Shop, boss: Browser) -> None:
    switch.switch_on()
    before = shop.connect()
    accounts.refresh_balance(before)
    remove_account(before)
    accounts.refresh_balance(shop.connect(login=LOGIN))
    newer, older = listed(boss)

    assert boss.read("/api_log/").count(f"removed account {LOGIN}") == 1
    assert f"removed account {LOGIN}" in boss.read(f"/api_log/{older}")
    assert "removed account" not in boss.read(f"/api_log/{newer}")


def test_calls_stand_by_their_time_not_by_when_they_were_written(boss: Browser) -> None:
    now = utc_now()
    short, long = written(row(at=now), row(at=now - timedelta(seconds=9)))

    assert listed(boss) == [short, long]
    assert listed(boss, "?words=send.php") == [short, long]


@pytest.mark.parametrize(
    ("seconds", "words"), [(1800, "30 minutes"), (5400, "90 minutes"), (86_400, "24 hours")]
)
def test_how_long_it_stays_on_is_said_in_a_fitting_unit(
    shop: Shop, boss_elsewhere: SignedIn, seconds: int, words: str
) -> None:
    page = boss_elsewhere(SMSADMIN_API_LOG_FOR=seconds).read("/api_log/")

    assert f"It switches itself off by itself, after: {words}." in page
    assert "How long they are kept: 7 days." in page


def test_the_zip_has_our_version_and_a_name_by_the_shops_clock(shop: Shop, boss: Browser) -> None:
    written(row(at=utc_now()))
    before = datetime.now(ZoneInfo("Europe/Moscow"))

    answer = boss.post("/api_log/download", **tokens(boss.open("/api_log/").text))

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        versions = json.loads(archive.read("versions.json"))
    assert versions["flask-sms-admin"] == __version__
    name = answer.headers["Content-Disposition"].partition("sms-api-log-")[2].partition(".zip")[0]
    named = datetime.strptime(name, "%Y%m%d-%H%M%S").replace(tzinfo=before.tzinfo)
    assert abs(named - before) < timedelta(minutes=2)
