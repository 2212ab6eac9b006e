"""What the screen of the API access log says of each call: whose it was, and whether its reply could be read."""

import io
import json
import zipfile
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smsadmin import __version__, accounts
from smsadmin.admin.api_log_wording import outcome
from smsadmin.api_log import switch
from smsadmin.api_log.calls import one
from smsadmin.api_log.masking import BETRAYS
from smsadmin.broadcasts.account_change import remove_account
from smsadmin.clock import utc_now
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import SignedIn
from tests.admin.test_api_log import listed, row, written
from tests.plugin import LOGIN, Shop


@pytest.mark.parametrize(
    ("reply", "failed"),
    [
        ("{}", False),
        ("[\n  {}\n]", False),
        (BETRAYS, False),
        ("", True),
        ("<html>welcome</html>", True),
        ("OK - 1 SMS", True),
    ],
)
def test_a_reply_that_could_not_be_read_is_a_failure(boss: Browser, reply: str, failed: bool) -> None:
    [number] = written(row(at=utc_now(), reply=reply))
    found = one(number)
    assert found is not None

    assert outcome(200, found[1]).colour == ("danger" if failed else "success")
    assert listed(boss, "?failed=1") == ([number] if failed else [])


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
