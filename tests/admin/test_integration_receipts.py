"""Whether delivery reports come by themselves: the last one is shown, and a warning where they do not come."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.models import Account, Message
from tests.admin.browser import Browser
from tests.plugin import Shop

LATE = "There are no delivery reports for SMS that the provider took long ago"
ONLY_ASKED = "Delivery reports do not come by themselves"


def hours_ago(hours: float) -> object:
    return utc_now() - timedelta(hours=hours)


def set_account(**hours: float) -> None:
    """Set moments of the account to so many hours ago."""
    values = {name: hours_ago(ago) for name, ago in hours.items()}
    write(lambda session: session.execute(update(Account).values(values)))


def accepted(shop: Shop, hours: float, provider: str = "smsc") -> None:
    """Let an SMS of a broadcast have been accepted so many hours ago by an account connected long before."""
    shop.connect(provider)
    shop.customer()
    shop.sent()
    set_account(connected_at=100)
    write(lambda session: session.execute(update(Message).values(accepted_at=hours_ago(hours))))


def test_the_last_report_is_shown(shop: Shop, boss: Browser) -> None:
    shop.connect()
    assert "none yet" in boss.read("/integration/")

    write(lambda session: session.execute(update(Account).values(last_receipt_at=utc_now())))

    page = boss.read("/integration/")
    assert "none yet" not in page
    assert "Last delivery report" in page


def test_sms_without_a_report_after_an_hour_are_a_warning(shop: Shop, boss: Browser) -> None:
    accepted(shop, hours=1.1)

    page = boss.read("/integration/")

    assert LATE in page
    assert "(longer than: 1 hour)" in page
    assert "See that the address for delivery reports stands in the cabinet of SMSC exactly as here." in page


@pytest.mark.parametrize("provider", ["twilio", "seventech"])
def test_where_each_sms_tells_the_address_it_is_about_our_own(
    shop: Shop, boss: Browser, provider: str
) -> None:
    accepted(shop, hours=2, provider=provider)

    page = boss.read("/integration/")

    assert LATE in page
    assert "reports to http://localhost/: ask whoever runs the site" in page


def test_a_notification_without_a_report_is_one_too(shop: Shop, boss: Browser) -> None:
    accepted(shop, hours=2)
    write(lambda session: session.execute(update(Message).values(broadcast_id=None)))

    assert LATE in boss.read("/integration/")


def test_what_was_accepted_just_now_may_still_be_reported(shop: Shop, boss: Browser) -> None:
    accepted(shop, hours=0.9)

    assert LATE not in boss.read("/integration/")


def test_a_report_that_came_since_ends_the_warning(shop: Shop, boss: Browser) -> None:
    accepted(shop, hours=2)
    set_account(last_receipt_at=1.5)

    assert LATE not in boss.read("/integration/")


def test_reports_that_have_stopped_coming_are_a_warning(shop: Shop, boss: Browser) -> None:
    accepted(shop, hours=2)
    set_account(last_receipt_at=3)

    assert LATE in boss.read("/integration/")


def test_what_was_accepted_by_an_account_before_says_nothing_of_this_one(shop: Shop, boss: Browser) -> None:
    accepted(shop, hours=2)
    set_account(connected_at=1.9)

    assert LATE not in boss.read("/integration/")


def test_where_no_report_is_to_come_none_is_missing(shop: Shop, boss: Browser) -> None:
    accepted(shop, hours=2)
    write(lambda session: session.execute(update(Message).values(reason="no_report")))

    assert LATE not in boss.read("/integration/")


@pytest.mark.parametrize(("receipt", "found", "warns"), [(None, 1, True), (2, 1, True), (1, 2, False)])
def test_reports_learnt_only_by_asking_are_a_warning(
    shop: Shop, boss: Browser, receipt: float | None, found: float, warns: bool
) -> None:
    shop.connect()
    set_account(last_found_at=found, **({} if receipt is None else {"last_receipt_at": receipt}))

    assert (ONLY_ASKED in boss.read("/integration/")) == warns


def test_reports_that_changed_nothing_are_counted_by_cause_in_the_extended_view(
    shop: Shop, boss: Browser
) -> None:
    shop.connect()
    for path in ("/sms/receipts/smsc/guessed", shop.smsc_callback()):
        shop.app.test_client().post(path, data={"id": "1", "phone": "79260000000", "status": "1"})

    page = boss.read("/integration/?view=extended")

    assert "Reports that changed nothing" in page
    assert "not proved: 1, about no SMS of ours: 1" in page
