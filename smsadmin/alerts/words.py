"""What a finding says to people: what is so, and the next step."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask, current_app
from flask_babel import force_locale

from smsadmin.alerts.kinds import Finding, Kind
from smsadmin.current import settings
from smsadmin.i18n import lazy
from smsadmin.reason_words import REASON_SENTENCES
from smsadmin.reasons import Reason
from smsadmin.shown import shown_money, shown_time


class Said(NamedTuple):
    """Two sentences or more, without a phone, a text of an SMS, or a secret."""

    what: str
    next_step: str


RESTART = lazy(
    "Start the worker again and look into its log. If the server is not yours, tell whoever runs the site."
)
CHECK_REPORTS = lazy(
    "See in the integration settings that the address for delivery reports stands in the provider's cabinet and can "
    "be reached from outside."
)

WORDS: dict[Kind, tuple[Any, Any]] = {
    Kind.NOT_MIGRATED: (lazy("The tables %(tables)s are not up to date."), lazy("Run: flask sms upgrade")),
    Kind.NO_WORKER: (
        lazy("No worker runs: no SMS leaves, and delivery reports are not applied."),
        lazy(
            "Start the worker on the server and see in its log why it ended. If the server is not yours, tell whoever "
            "runs the site."
        ),
    ),
    Kind.REDIS_AWAY: (
        lazy("Redis does not answer, so nobody wakes the worker."),
        lazy("Start Redis, or correct SMSADMIN_REDIS_URL. Nothing is lost: sending goes on by itself."),
    ),
    Kind.NO_KEY: (
        lazy("The key that opens the provider's password is missing: sending is off."),
        lazy("Put the key back into SMSADMIN_KEYS, or enter the password anew in the integration settings."),
    ),
    Kind.ACCOUNT_RESTS: (
        lazy("%(provider)s does not send at the moment. %(reason)s"),
        lazy("It goes on by itself; if it does not for long, ask the provider's support."),
    ),
    Kind.SCHEDULED_LATE: (
        lazy("The broadcast “%(name)s” should have begun at %(since)s and has not."),
        RESTART,
    ),
    Kind.QUEUE_STANDS: (
        lazy("SMS could go through %(provider)s, and nobody sends them. The first waits since %(since)s."),
        RESTART,
    ),
    Kind.LEASES_OVER: (
        lazy("SMS are being handed over for too long (%(number)s): the worker does not end them."),
        RESTART,
    ),
    Kind.RECEIPTS_WAIT: (
        lazy("Delivery reports have come and are not applied: %(number)s."),
        RESTART,
    ),
    Kind.COUNTERS_OFF: (
        lazy("The figures of broadcasts are not those of their SMS. Differences: %(number)s."),
        lazy(
            "Run flask sms check-counters to see them and send them to the support; with --mend it corrects the "
            "figures."
        ),
    ),
    Kind.ALERTS_UNTOLD: (
        lazy("Of some alerts nobody could be told: %(number)s."),
        lazy(
            "Check SMSADMIN_ALERT_SMTP, SMSADMIN_ALERT_EMAIL and SMSADMIN_ALERT_WEBHOOK; the log names the error."
        ),
    ),
    Kind.BALANCE_LOW: (
        lazy("The balance of %(provider)s is %(balance)s, below the limit of %(limit)s."),
        lazy("SMS still go; top the account up in time."),
    ),
    Kind.REPORTS_LATE: (
        lazy("There are no delivery reports for SMS that %(provider)s took long ago."),
        CHECK_REPORTS,
    ),
    Kind.NIGHT_MISSED: (
        lazy("The figures were not compared with the SMS since %(since)s."),
        lazy("Run flask sms check-counters and look into the worker's log."),
    ),
    Kind.REPORTS_ASKED: (
        lazy(
            "Delivery reports of %(provider)s do not come by themselves: we learn them by asking, and later."
        ),
        CHECK_REPORTS,
    ),
    Kind.NOT_CONNECTED: (
        lazy("No SMS provider is connected, so nothing is sent."),
        lazy("Connect one in the integration settings."),
    ),
    Kind.SMS_OFF: (
        lazy("SMS is switched off: broadcasts wait, notifications are skipped."),
        lazy("Switch SMS on in the integration settings."),
    ),
    Kind.TO_DECIDE: (
        lazy("SMS of which nobody knows whether the provider took them: %(number)s."),
        lazy("Decide about them: ask again, treat as not sent, or leave them."),
    ),
    Kind.NOBODY_TOLD: (
        lazy("Nobody is told of trouble by e-mail or webhook."),
        lazy(
            "Whoever runs the server can change that: set SMSADMIN_ALERT_EMAIL with SMSADMIN_ALERT_SMTP, or "
            "SMSADMIN_ALERT_WEBHOOK."
        ),
    ),
}
"""What is so and the next step, where no reason brings its own advice."""

STOPS: dict[Kind, tuple[Any, Any]] = {
    Kind.ACCOUNT_STOPPED: (lazy("%(provider)s does not send at the moment. %(reason)s"), "%(advice)s"),
    Kind.BROADCAST_PAUSED: (
        lazy("The broadcast “%(name)s” is paused. %(reason)s"),
        lazy("Open its page in the back office. %(advice)s"),
    ),
}
"""What is so and the next step where the reason brings advice of its own."""

LONGEST_NAME, LONGEST_SUBJECT = 80, 150

SHOWN: Mapping[str, Callable[[Finding], str]] = {
    "since": lambda finding: shown_time(finding.since),
    "name": lambda finding: _one_line(finding.named["name"]),
    "balance": lambda finding: shown_money(finding.named["balance"], finding.named["currency"]),
    "limit": lambda finding: shown_money(finding.named["limit"], finding.named["currency"]),
    "advice": lambda finding: str(REASON_SENTENCES[Reason(finding.named["reason"])].advice),
    "reason": lambda finding: str(REASON_SENTENCES[Reason(finding.named["reason"])].says),
}
"""How what a sentence names is shown, where it is not said as it is."""


def said(finding: Finding) -> Said:
    """Return the finding in the language of the moment."""
    what, next_step = (STOPS if finding.kind in STOPS else WORDS)[finding.kind]
    given: dict[str, Any] = {"since": finding.since, **finding.named}
    if "reason" in given:
        given["advice"] = given["reason"]
    named = {name: SHOWN[name](finding) if name in SHOWN else value for name, value in given.items()}
    return Said(str(what) % named, str(next_step) % named)


def _one_line(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME]}…"


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Speak this language within the block, outside of a web request: in a worker, or in a command.

    The request is one of its own, because a host may choose the language by it, and so that no other thread of
    this process hears the language.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.test_request_context(base_url=settings().public_url), force_locale(language):
        yield


def subject(what: str) -> str:
    """Return the line by which an e-mail is known in a list."""
    line = f"SMS: {what}"
    return line if len(line) <= LONGEST_SUBJECT else f"{line[:LONGEST_SUBJECT]}…"
