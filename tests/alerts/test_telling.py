"""Whoever is on call is told once per cause, by every way, again when it comes back, and never of anything private."""

from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select, update

from smsadmin.alerts.findings import findings
from smsadmin.alerts.keep import due
from smsadmin.alerts.tell import tell
from smsadmin.alerts.watch import check
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.models import Alert
from smsadmin.reasons import Reason
from smsadmin.signals import RaisedAlert, alert_raised
from tests.alerts.receivers import Hook, MailBox
from tests.alerts.trouble import (
    alerts,
    low_balance,
    no_pulse,
    paused,
    set_account,
    set_settings,
    try_now,
    worker_seen,
)
from tests.plugin import LOGIN, PASSWORD, Shop


def test_one_cause_is_told_once_by_every_way(troubled: Shop, box: MailBox, hook: Hook) -> None:
    for _ in range(3):
        check()

    assert len(box.letters) == len(hook.posts) == 1
    [alert] = alerts()
    assert (alert.tries, alert.over_at, alert.taken_by) == (1, None, "signal,email,webhook")
    assert alert.told_at is not None


def test_a_letter_says_what_since_when_and_the_next_step(troubled: Shop, box: MailBox) -> None:
    check()

    [letter] = box.letters
    assert letter["Subject"] == "SMS: The balance of SMSC is RUB12.50, below the limit of RUB500.00."
    assert (letter["To"], letter["From"]) == ("duty@shop.example", "duty@shop.example")
    assert letter["Auto-Submitted"] == "auto-generated"
    body = box.bodies()[0]
    assert body.startswith("The balance of SMSC is RUB12.50, below the limit of RUB500.00.\nSince: ")
    assert "What to do: SMS still go; top the account up in time." in body
    assert "http://localhost/office/sms/state/" in body


def test_a_webhook_gets_the_same_as_json(troubled: Shop, hook: Hook) -> None:
    check()

    [post] = hook.posts
    assert (post["kind"], post["about"], post["alert"]) == ("balance_low", "1", alerts()[0].id)
    assert post["what"] == "The balance of SMSC is RUB12.50, below the limit of RUB500.00."
    assert post["next_step"] == "SMS still go; top the account up in time."
    assert post["since"].endswith("+00:00")


def test_nothing_private_is_told(troubled: Shop, box: MailBox, hook: Hook) -> None:
    customer = troubled.customer("Пётр Тайный")
    paused(troubled, Reason.MANY_REFUSALS)
    set_account(stopped_reason=Reason.WRONG_PASSWORD.value)
    check()

    assert len(box.letters) == 3
    told = "".join([*box.bodies(), *map(str, hook.posts), *[str(each) for each in box.letters]])
    for private in (customer.mobile or "-", "Тайный", LOGIN + "-", PASSWORD, "secret-token", "Привет"):
        assert private not in told


def test_several_people_are_told_in_one_letter(troubled: Shop, box: MailBox) -> None:
    set_settings(troubled, alert_email="a@shop.example, b@shop.example", alert_from="sms@shop.example")
    check()

    [letter] = box.letters
    assert (letter["To"], letter["From"]) == ("a@shop.example, b@shop.example", "sms@shop.example")
    assert box.heard.count("RCPT") == 2


def test_the_way_that_failed_is_tried_again_and_the_other_is_not(
    troubled: Shop, box: MailBox, hook: Hook
) -> None:
    hook.status = 500
    check()
    assert (len(box.letters), hook.asked, alerts()[0].told_at) == (1, 1, None)

    hook.status = 200
    check()
    assert hook.asked == 1, "not before the pause is over"
    try_now()
    check()
    check()

    assert (len(box.letters), len(hook.posts)) == (1, 1)
    assert alerts()[0].told_at is not None


def test_the_pauses_between_tries_grow(troubled: Shop, hook: Hook) -> None:
    hook.status = 500
    pauses = []
    for _ in range(9):
        try_now()
        check()
        later = alerts()[0].next_try_at
        now = read(lambda session: session.scalars(select(db_now())).one())
        assert later is not None
        pauses.append(round((later - now).total_seconds(), -1))

    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_an_alert_that_a_way_refuses_for_months_silences_no_other(
    troubled: Shop, box: MailBox, hook: Hook
) -> None:
    hook.status = 500
    check()
    # An hour apart, for forty-five days.
    write(lambda session: session.execute(update(Alert).values(tries=1085, next_try_at=db_now(-1))))
    paused(troubled, Reason.MANY_REFUSALS)

    check()

    assert len(box.letters) == 2
    assert [alert.tries for alert in alerts()] == [1086, 1]


def test_a_redirect_is_not_followed_and_counts_as_a_failure(troubled: Shop, hook: Hook) -> None:
    hook.status = 302
    check()

    assert (hook.asked, alerts()[0].told_at) == (1, None)


def test_a_worker_that_ends_in_good_order_is_told_of_after_its_time(troubled: Shop, hook: Hook) -> None:
    low_balance("900")
    no_pulse()
    check()
    assert hook.posts == []

    worker_seen()
    check()
    no_pulse()
    check()
    assert hook.posts == [], "each time it has two minutes"
    try_now()
    check()

    assert [post["kind"] for post in hook.posts] == ["no_worker"]


def test_an_alert_that_another_process_tells_is_left_to_it(troubled: Shop, hook: Hook) -> None:
    hook.status = 500
    check()
    try_now()
    [finding] = [one for one in findings() if one.is_told]
    [same] = due([finding.cause])
    hook.status = 200
    tell(same, finding)
    tell(same, finding)

    assert len(hook.posts) == 1


def test_the_host_hears_the_signal_once_and_its_error_disturbs_nobody(
    troubled: Shop, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[RaisedAlert] = []

    def listen(app: Flask, alert: RaisedAlert) -> None:
        heard.append(alert)
        raise ValueError("+79261234567")

    hook.status = 500
    connected: AbstractContextManager[None] = alert_raised.connected_to(listen, troubled.app)
    with connected:
        check()
        try_now()
        check()

    assert [alert.kind for alert in heard] == ["balance_low"]
    assert heard[0].since <= utc_now()
    assert "ValueError" in caplog.text
    assert "+7926" not in caplog.text


def test_no_address_of_a_failure_is_logged(
    troubled: Shop, hook: Hook, box: MailBox, caplog: pytest.LogCaptureFixture
) -> None:
    hook.status, box.refuses = 500, "550 no such duty@shop.example"
    check()

    assert "by webhook: HTTP 500" in caplog.text
    assert "by email: SMTPRecipientsRefused" in caplog.text
    assert "secret-token" not in caplog.text
    assert "duty@" not in caplog.text


def test_where_nobody_is_to_be_told_the_alert_stands_on_the_page_alone(troubled: Shop, hook: Hook) -> None:
    set_settings(troubled, alert_webhook="", alert_email="")
    check()
    set_settings(troubled, alert_webhook=hook.address)
    check()

    assert hook.posts == []
    assert alerts()[0].told_at is not None


def test_alerts_are_told_in_russian_unless_set_otherwise(troubled: Shop, hook: Hook) -> None:
    set_settings(troubled, alert_language="ru")
    check()

    assert "12,50\xa0₽" in hook.posts[0]["what"]
