"""Asking the support as a member of staff does: out of the corner of a page."""

import re

from werkzeug.test import TestResponse

from smsadmin.models import SupportRequest
from smsadmin.support import requests_of
from tests.admin.browser import OFFICE, Browser

TEXT = "Не приходит баланс, что делать?"
EVENTS, SUPPORT = "/events/", "/support/"


def ask(browser: Browser, page: str = EVENTS, /, **fields: str) -> TestResponse:
    """Write into the corner of a page and press its button."""
    usual = {"text": TEXT, "contact": "@maria", "page": OFFICE + page}
    return browser.press(page, SUPPORT, **usual | fields)


def kept() -> list[SupportRequest]:
    """Return what is registered, newest first."""
    return requests_of(None, 0, 100)[0]


def corner_of(html: str) -> str:
    """Return the support's corner of a page, which has to be there."""
    found = re.search(r'<aside class="sms-support".*?</aside>', html, re.DOTALL)
    assert found, "no support on this page"
    return found[0]
