"""Who changed what on the integration screen: every change is kept and shown, and no secret is."""

import json
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import insert, select

from smsadmin import accounts, integration_changes
from smsadmin.admin.integration.history import WORDS
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.host import Role, StaffMember
from smsadmin.integration_changes import Field, What, noted
from smsadmin.models import IntegrationChange
from smsadmin.reasons import Reason
from tests.admin.browser import Browser
from tests.admin.conftest import SignedIn
from tests.admin.test_integration import connect, the_account
from tests.hostapp.models import Employee, db
from tests.plugin import LOGIN, PASSWORD, Shop

ANNA = StaffMember("7", "Анна", Role.ADMIN)


def rows() -> list[tuple[str, str, list[list[str]]]]:
    """Return what was written: provider, what, fields."""
    found = read(
        lambda session: session.scalars(select(IntegrationChange).order_by(IntegrationChange.id)).all()
    )
    return [(row.provider, row.what, json.loads(row.fields)) for row in found]


def change(what: What, provider: str = "", fields: Sequence[Field] = ()) -> None:
    """Write down a change by Anna."""
    write(noted(ANNA, what, provider, fields))


def test_connecting_is_kept_with_the_login_and_without_the_password(boss: Browser) -> None:
    connect(boss, "smsc")

    assert rows() == [
        (
            "smsc",
            "connected",
            [["login", "", LOGIN], ["secret", "", ""], ["sender", "", "Shop"], ["currency", "", "RUB"]],
        )
    ]
    page = boss.read("/integration/")
    assert "SMSC: connected" in page
    assert f"Login: {LOGIN}" in page
    assert "Password or additional password: entered, not shown" in page


def test_a_change_is_kept_with_before_and_after(boss: Browser) -> None:
    connect(boss, "smsc")
    connect(boss, "smsc", secret="", sender="Other", price_of_part="2,50")

    assert rows()[1:] == [("smsc", "changed", [["sender", "Shop", "Other"], ["price_of_part", "", "2.5"]])]
    page = boss.read("/integration/")
    assert "Sender name: Shop → Other" in page
    assert "Price of one part: 2.5" in page


def test_a_form_that_changes_nothing_writes_nothing(boss: Browser) -> None:
    connect(boss, "smsc")
    connect(boss, "smsc", secret="")

    assert len(rows()) == 1


def test_a_new_password_is_named_and_never_told(boss: Browser) -> None:
    connect(boss, "smsc", secret="first-secret")
    connect(boss, "smsc", secret="second-secret")

    assert rows()[1:] == [("smsc", "changed", [["secret", "", ""]])]
    kept = read(lambda session: session.scalars(select(IntegrationChange.fields)).all())
    assert "-secret" not in " ".join(kept) + boss.read("/integration/changes")


def test_another_account_and_its_removal_are_kept(boss: Browser) -> None:
    connect(boss, "smsc")
    connect(boss, "smsc", login="", secret="", api_key=PASSWORD)
    boss.press("/integration/smsc/remove", "/integration/smsc/remove")

    assert rows()[1:] == [
        ("smsc", "replaced", [["login", LOGIN, ""], ["api_key", "", ""]]),
        ("smsc", "removed", []),
    ]


def test_a_removed_account_is_kept_with_its_login(boss: Browser) -> None:
    connect(boss, "smsc")
    boss.press("/integration/smsc/remove", "/integration/smsc/remove")

    assert rows()[1:] == [("smsc", "removed", [["login", LOGIN, ""]])]
    assert f"Login: {LOGIN} → —" in boss.read("/integration/")


def test_a_secret_that_somebody_hands_to_the_history_is_not_written(shop: Shop) -> None:
    change(
        What.CHANGED, "smsc", [("secret", "old-one", "new-one"), ("api_key", "a", "b"), ("sender", "A", "B")]
    )

    assert rows() == [("smsc", "changed", [["secret", "", ""], ["api_key", "", ""], ["sender", "A", "B"]])]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"provider": "smsc", "what": "changed", "fields": '[["old_name", "1", "2"]]'}, "old_name: 1 → 2"),
        ({"provider": "", "what": "changed", "fields": '[["a", "1", "2"], ["b", "3", "4"]]'}, "b: 3 → 4"),
        ({"provider": "smsc", "what": "old_word"}, "SMSC: old_word"),
        ({"provider": "gone", "what": "connected"}, "gone: connected"),
    ],
)
def test_a_row_of_another_version_is_shown_by_its_own_words(
    boss: Browser, row: dict[str, str], says: str
) -> None:
    values = {"at": utc_now(), "by_key": "7", "by_name": "Анна", "fields": "[]"} | row
    write(lambda session: session.execute(insert(IntegrationChange).values(**values)))

    for page in ("/integration/", "/integration/changes"):
        assert says in boss.read(page)


def test_the_settings_of_all_sms_are_kept(signed_in: SignedIn, boss: Browser) -> None:
    signed_in("lead")
    admin = db.session.query(Employee).filter_by(level="lead").one()
    boss.press("/integration/switch", "/integration/switch", on="")
    boss.press("/integration/", "/integration/switch", on="1")
    boss.press("/integration/", "/integration/text", text_prefix="Shop")
    boss.press("/integration/", "/integration/text", text_prefix="Shop")
    boss.press("/integration/", "/integration/responsible", responsible=str(admin.id))

    assert rows() == [
        ("", "switched_off", []),
        ("", "switched_on", []),
        ("", "text_prefix", [["text_prefix", "", "Shop"]]),
        ("", "responsible", [["responsible", "", admin.nick]]),
    ]
    page = boss.read("/integration/")
    assert "SMS switched off" in page
    assert f"— → {admin.nick}" in page


def test_going_on_after_a_stop_is_kept(shop: Shop, boss: Browser) -> None:
    account = shop.connect()
    write(lambda session: accounts.stop(session, account.id, Reason.NO_MONEY, None))

    boss.press("/integration/", "/integration/smsc/go-on")

    assert rows() == [("smsc", "went_on", [])]
    assert "SMSC: let go on after a stop" in boss.read("/integration/")


def test_it_says_who_and_when(signed_in: SignedIn) -> None:
    connect(signed_in("lead", in_charge=True), "smsc")

    [change] = integration_changes.changes(10)

    assert change.by == db.session.query(Employee).filter_by(level="lead").one().nick
    assert utc_now() - change.at < timedelta(minutes=1)


def test_a_change_that_fails_leaves_no_trace(boss: Browser) -> None:
    connect(boss, "smsc")
    account = the_account()

    def fail(_session: object) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        accounts.remove("smsc", fail)

    assert the_account().id == account.id
    assert len(rows()) == 1


def test_the_page_has_the_last_ten_and_the_list_has_all(boss: Browser) -> None:
    for number in range(55):
        change(What.TEXT_PREFIX, fields=[("text_prefix", "", f"Shop{number}.")])

    page = boss.read("/integration/")
    assert page.count("Анна") == 10
    assert "Shop54." in page
    assert "All changes" in page
    assert boss.read("/integration/changes").count("Анна") == 50
    assert "Shop0." in boss.read("/integration/changes?page=2")


def test_no_change_is_told_as_html(boss: Browser) -> None:
    change(What.TEXT_PREFIX, fields=[("text_prefix", "", "<b>x</b>")])

    answer = boss.open("/integration/").text
    assert "<b>x</b>" not in answer
    assert "<b>x</b>" in unescape(answer)


def test_everything_that_can_be_done_has_words() -> None:
    assert list(WORDS) == list(What)
