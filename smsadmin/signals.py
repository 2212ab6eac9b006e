"""What happens here and may concern the host, as Blinker's signals; the sender is the Flask app."""

from dataclasses import dataclass, field

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
