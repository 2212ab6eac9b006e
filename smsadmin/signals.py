"""What happens here and may concern the host, as Blinker's signals; the sender is the Flask app."""

from dataclasses import dataclass, field
from datetime import datetime

from blinker import Namespace

_signals = Namespace()

support_requested = _signals.signal("support-requested")
"""A member of staff has asked the support, and it is stored; argument `request`: a `RequestToSupport`."""


@dataclass(frozen=True)
class RequestToSupport:
    """What is handed on to whoever answers; what people wrote stays out of its `repr`, so out of logs."""

    number: int
    """What the person was told."""
    name: str = field(repr=False)
    contact: str = field(repr=False)
    """How the person wants to be answered: a phone, an e-mail, a Telegram name; one line."""
    page: str = field(repr=False)
    """The path of the screen; empty where it is not known."""
    text: str = field(repr=False)
    """What happened, at most 4,000 characters in any number of lines."""


alert_raised = _signals.signal("alert-raised")
"""Something keeps SMS from going, or soon may; argument `alert`: a `RaisedAlert`. Once per cause, in whichever process
has noticed it: a worker, a web process, or `flask sms watch`."""


@dataclass(frozen=True)
class RaisedAlert:
    """What whoever is on call is told, without phones, texts of SMS and secrets."""

    number: int
    kind: str
    """A word such as `no_worker`, see docs/alerts.md."""
    about: str
    """The id of the account or broadcast; empty where it is about all SMS."""
    since: datetime
    """UTC."""
    what: str
    """What is so, in the language of `SMSADMIN_ALERT_LANGUAGE`."""
    next_step: str
    page: str
    """The address of the page with the state of all SMS."""
