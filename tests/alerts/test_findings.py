"""What is found: each trouble by itself, and nothing where all is well."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from smsadmin.admin.state_words import ALERT_WORDS
from smsadmin.alerts.findings import findings
from smsadmin.alerts.kinds import TOLD, Finding, Kind, Weight
from smsadmin.alerts.words import STOPS, WORDS, in_language, said
from smsadmin.broadcasts import lifecycle
from smsadmin.broadcasts.global_switch import switch_off
from smsadmin.clock import utc_now
from smsadmin.database import engine, write
from smsadmin.integration_changes import nothing_else
from smsadmin.migrate import downgrade
from smsadmin.models import Integration, Message
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState, State
from tests.alerts.trouble import (
    kinds,
    low_balance,
    no_pulse,
    paused,
    set_account,
    set_broadcast,
    set_settings,
    well,
    worker_seen,
)
from tests.plugin import Shop
from tests.test_docs import DOCS

LONG_AGO = timedelta(hours=3)


def found(kind: Kind) -> Finding:
    return next(finding for finding in findings() if finding.kind is kind)


def test_nothing_is_found_where_all_is_well(shop: Shop) -> None:
    well(shop)

    assert findings() == []


def test_a_silent_worker_is_found_with_its_last_sign_of_life(shop: Shop) -> None:
    well(shop)
    worker_seen(121)

    missing = found(Kind.NO_WORKER)

    assert missing.patience == 0
    assert missing.since is not None
    assert timedelta(seconds=120) < utc_now() - missing.since < timedelta(seconds=180)


def test_a_worker_that_ended_in_good_order_has_two_minutes_to_come_back(shop: Shop) -> None:
    well(shop)
    no_pulse()

    assert (found(Kind.NO_WORKER).since, found(Kind.NO_WORKER).patience) == (None, 120)


def test_a_worker_is_not_missed_where_nothing_is_connected(shop: Shop) -> None:
    set_settings(shop, alert_webhook="http://127.0.0.1:9/")

    assert kinds() == [Kind.NOT_CONNECTED]


def test_redis_that_is_away_is_found(shop: Shop) -> None:
    well(shop)
    set_settings(shop, redis_url="redis://127.0.0.1:1/0")

    assert kinds() == [Kind.REDIS_AWAY]


def test_a_missing_key_is_found(shop: Shop) -> None:
    well(shop)
    set_settings(shop, keys=())

    assert kinds() == [Kind.NO_KEY]


@pytest.mark.parametrize(
    ("reason", "minutes", "kind"),
    [
        (Reason.WRONG_PASSWORD, None, Kind.ACCOUNT_STOPPED),
        (Reason.NO_MONEY, None, Kind.ACCOUNT_STOPPED),
        (Reason.ADDRESS_BLOCKED, 30, Kind.ACCOUNT_STOPPED),
        (Reason.PROVIDER_UNREACHABLE, 1, Kind.ACCOUNT_RESTS),
        (Reason.PROVIDER_UNREACHABLE, None, Kind.ACCOUNT_STOPPED),
    ],
)
def test_a_stopped_account_is_found(shop: Shop, reason: Reason, minutes: int | None, kind: Kind) -> None:
    account = well(shop)
    until = utc_now() + timedelta(minutes=minutes) if minutes else None
    set_account(stopped_reason=reason.value, stopped_until=until)

    assert [(one.kind, one.about) for one in findings()] == [(kind, account.id)]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (Reason.PROVIDER_BUSY, Kind.ACCOUNT_RESTS),
        (Reason.ADDRESS_BLOCKED, Kind.ACCOUNT_STOPPED),
    ],
)
def test_a_rest_that_is_over_is_found_while_something_waits(shop: Shop, reason: Reason, kind: Kind) -> None:
    well(shop)
    shop.customer()
    set_account(stopped_reason=reason.value, stopped_until=utc_now() - timedelta(seconds=1))
    assert kinds() == []

    lifecycle.send(shop.formed(), "Мария")

    assert kinds() == [kind]


def test_a_low_balance_is_found_with_its_limit(shop: Shop) -> None:
    well(shop)
    low_balance("499.99")
    assert kinds() == [Kind.BALANCE_LOW]

    low_balance("500")

    assert kinds() == []


def test_where_the_money_is_gone_the_low_balance_is_no_cause_of_its_own(shop: Shop) -> None:
    well(shop)
    low_balance()
    set_account(stopped_reason=Reason.NO_MONEY.value)

    assert kinds() == [Kind.ACCOUNT_STOPPED]


def test_missing_delivery_reports_are_found(shop: Shop) -> None:
    well(shop)
    shop.customer()
    shop.sent()
    set_account(connected_at=utc_now() - timedelta(days=1))
    write(lambda session: session.execute(update(Message).values(accepted_at=utc_now() - LONG_AGO)))

    assert kinds() == [Kind.REPORTS_LATE]


def test_wrong_figures_and_a_night_that_was_missed_are_found(shop: Shop) -> None:
    well(shop)
    kept = update(Integration).values(counters_off=2, counters_checked_at=utc_now() - timedelta(days=3))
    write(lambda session: session.execute(kept))

    assert kinds() == [Kind.COUNTERS_OFF, Kind.NIGHT_MISSED]


def test_tables_that_are_not_up_to_date_are_found_before_anything_else(shop: Shop) -> None:
    well(shop)
    downgrade(engine(), "0003")

    assert [(one.kind, one.named) for one in findings()] == [(Kind.NOT_MIGRATED, {"tables": "sms_*"})]


def test_without_a_worker_what_only_follows_from_it_is_no_cause_of_its_own(shop: Shop) -> None:
    well(shop)
    broadcast_id = shop.broadcast()
    set_broadcast(broadcast_id, state=BroadcastState.SCHEDULED, send_at=utc_now() - LONG_AGO)
    worker_seen(500)

    assert kinds() == [Kind.NO_WORKER]


def test_sms_that_are_switched_off_are_a_note(shop: Shop) -> None:
    well(shop)
    switch_off(nothing_else)

    assert [(one.kind, one.weight) for one in findings()] == [(Kind.SMS_OFF, Weight.NOTE)]


def test_sms_in_doubt_are_a_note(shop: Shop) -> None:
    well(shop)
    shop.customer()
    shop.sent()
    doubt = update(Message).values(state=State.UNKNOWN, rank=2, reason=Reason.NO_ANSWER)
    write(lambda session: session.execute(doubt))

    assert [(one.kind, one.named["number"]) for one in findings()] == [(Kind.TO_DECIDE, 1)]


def test_that_nobody_would_be_told_is_a_note(shop: Shop) -> None:
    well(shop)
    set_settings(shop, alert_webhook="")

    assert kinds() == [Kind.NOBODY_TOLD]


def test_the_gravest_comes_first(shop: Shop) -> None:
    well(shop)
    switch_off(nothing_else)
    low_balance()
    paused(shop, Reason.GREW)

    assert kinds() == [Kind.BROADCAST_PAUSED, Kind.BALANCE_LOW, Kind.SMS_OFF]


def test_every_kind_has_its_words() -> None:
    assert set(WORDS) | set(STOPS) == set(Kind)
    assert set(WORDS) & set(STOPS) == set()
    assert set(ALERT_WORDS) == TOLD


def test_every_kind_that_is_told_is_described() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", DOCS["alerts.md"], re.MULTILINE)

    assert set(rows) == {kind.value for kind in TOLD}


def test_a_finding_says_what_is_so_and_the_next_step_without_line_breaks(shop: Shop) -> None:
    well(shop)
    low_balance()
    paused(shop, Reason.MANY_REFUSALS, name="Осень\r\nBcc: all@shop.example " + "я" * 100)

    with in_language("en"):
        pause, balance = (said(finding) for finding in findings())

    assert pause.what.startswith("The broadcast “Осень Bcc: all@shop.example я")
    assert pause.what.endswith("…” is paused. The provider refused many SMS in a row.")
    assert "let it go on" in pause.next_step
    assert balance.what == "The balance of SMSC is RUB12.50, below the limit of RUB500.00."
    assert balance.next_step == "SMS still go; top the account up in time."
