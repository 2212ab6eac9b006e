"""What the screens say about those who came by a login link: what became of it, and why nobody was signed in."""

from collections.abc import Mapping
from typing import Any

from smsadmin.i18n import lazy

OUTCOMES: Mapping[str, Any] = {
    "signed_in": lazy("signed in"),
    "already": lazy("was signed in already"),
    "someone_else": lazy("somebody else was signed in and stayed so"),
    "refused": lazy("not signed in"),
}

REFUSALS: Mapping[str, Any] = {
    "staff": lazy("He works here: staff sign in with their password."),
    "blocked": lazy("The customer is blocked or deleted."),
    "phone_changed": lazy("The customer's phone has changed."),
    "shared_phone": lazy("Several customers have confirmed this phone."),
    "revoked": lazy("The links were revoked."),
    "no_login": lazy("This link does not sign in."),
}
"""By the words of the gate."""
