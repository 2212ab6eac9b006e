"""Which of its two views a visitor has chosen for the integration; his session remembers it."""

from flask import request, session

KEPT = "sms_integration_view"
SIMPLE, EXTENDED = "simple", "extended"


def choose_view() -> None:
    """Remember the view that the address asks for, if it asks."""
    asked = request.args.get("view")
    if asked in (SIMPLE, EXTENDED):
        session[KEPT] = asked


def is_extended() -> bool:
    """Say whether everything is to be shown."""
    return session.get(KEPT) == EXTENDED
