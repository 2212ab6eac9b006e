"""Tell whoever is on call of one alert, by every way that is set; each way is tried until it has taken it."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, current_app, url_for
from werkzeug.routing import BuildError

from smsadmin.alerts.keep import note, takes_turn
from smsadmin.alerts.kinds import Finding
from smsadmin.alerts.mail import NotMailed, mail
from smsadmin.alerts.words import in_language, said, subject
from smsadmin.current import settings
from smsadmin.failures import named
from smsadmin.i18n import _
from smsadmin.mail_server import mail_server
from smsadmin.models import Alert
from smsadmin.providers.http import NoAnswer, NotSent, call
from smsadmin.shown import shown_time
from smsadmin.signals import RaisedAlert, alert_raised

log = logging.getLogger(__name__)

WITHIN = 15.0
"""The most that one way may take, in seconds; both together end long before the next try."""


class NotTaken(Exception):
    """This way has not taken the alert; the message holds no address."""


class Letter(NamedTuple):
    """What an e-mail says, in the language of the alerts."""

    subject: str
    body: str


def tell(alert: Alert, finding: Finding) -> None:
    """Tell of this alert, unless another process does; a way that fails is tried again after a pause."""
    if not takes_turn(alert):
        return
    with in_language(settings().alert_language):
        raised = _raised(alert, finding)
        letter = Letter(subject(raised.what), _body(raised))
    taken = [way for way in alert.taken_by.split(",") if way]
    ways = {name: way for name, way in WAYS.items() if _is_set(name)}
    for name, way in ways.items():
        if name not in taken and _takes(name, way, raised, letter):
            taken.append(name)
    note(alert, taken, by_all=set(ways) <= set(taken))


def _is_set(name: str) -> bool:
    return bool({"signal": True, "email": settings().alert_email, "webhook": settings().alert_webhook}[name])


def _takes(name: str, way: "Way", raised: RaisedAlert, letter: Letter) -> bool:
    try:
        way(raised, letter)
    except NotTaken as error:
        log.warning("alert %s could not be told by %s: %s", raised.number, name, error)
        return False
    return True


def _raised(alert: Alert, finding: Finding) -> RaisedAlert:
    what, next_step = said(finding)
    kind, about = finding.kind.value, "" if finding.about is None else str(finding.about)
    return RaisedAlert(alert.id, kind, about, alert.since, what, next_step, _page())


def _page() -> str:
    try:
        return url_for("sms_state.index", _external=True)
    except BuildError:
        # The host has put our screens under other names.
        return settings().public_url


def _body(raised: RaisedAlert) -> str:
    since = _("Since: %(time)s", time=shown_time(raised.since))
    step = _("What to do: %(step)s", step=raised.next_step)
    page = _("The state of all SMS: %(page)s", page=raised.page)
    return f"{raised.what}\n{since}\n\n{step}\n\n{page}\n"


def _by_signal(raised: RaisedAlert, _letter: Letter) -> None:
    """Call the host's receivers one by one; what one of them raises concerns neither the others nor us."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    for receiver in alert_raised.receivers_for(app):
        _call(receiver, app, raised)


def _call(receiver: Any, app: Flask, raised: RaisedAlert) -> None:
    try:
        receiver(app, alert=raised)
    except Exception as error:
        log.error("a receiver of alert %s failed: %s", raised.number, named(error))


def _by_email(_raised: RaisedAlert, letter: Letter) -> None:
    to = settings().alerted
    sender = settings().alert_from or to[0]
    try:
        mail(mail_server(settings().alert_smtp), sender, to, letter.subject, letter.body, WITHIN)
    except NotMailed as error:
        raise NotTaken(str(error)) from error


def _by_webhook(raised: RaisedAlert, _letter: Letter) -> None:
    told = {
        "alert": raised.number,
        "kind": raised.kind,
        "about": raised.about,
        "since": raised.since.isoformat(),
        "what": raised.what,
        "next_step": raised.next_step,
        "page": raised.page,
    }
    try:
        reply = call("POST", settings().alert_webhook, deadline=WITHIN, json=told)
    except (NotSent, NoAnswer) as error:
        raise NotTaken(str(error)) from error
    if not 200 <= reply.status < 300:
        raise NotTaken(f"HTTP {reply.status}")


Way = Callable[[RaisedAlert, Letter], None]

WAYS: dict[str, Way] = {"signal": _by_signal, "email": _by_email, "webhook": _by_webhook}
"""How an alert is told; the words stand in `Alert.taken_by`."""
