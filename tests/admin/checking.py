"""Checking a connection as a member of staff does: with the form on the provider's card."""

import secrets
from html import unescape

from sqlalchemy import select

from smsadmin.database import read
from smsadmin.models import Message
from smsadmin.sending.waiting import TEST
from tests.admin.browser import Browser
from tests.admin.conftest import MY_PHONE


def check(browser: Browser, provider: str = "smsc", phone: str = MY_PHONE, once: str = "") -> str:
    """Check the connection from the screen; without `once` from one that has been opened anew."""
    fields = {"phone": phone, "once": once or secrets.token_hex(16)}
    return unescape(browser.press("/integration/", f"/integration/{provider}/check", **fields).text)


def sent_tests() -> list[Message]:
    """Return the test SMS, oldest first."""
    statement = select(Message).where(Message.event_kind == TEST).order_by(Message.id)
    return list(read(lambda session: session.scalars(statement).all()))
