"""Writing a broadcast as a member of staff does."""

from typing import Any

from tests.admin.browser import Browser

NEW = "/broadcasts/new"
TEXT = "Привет, {name}! Сюда: http://localhost/sale до завтра"


def write(browser: Browser, **fields: str) -> Any:
    """Fill in the form and send it; an empty field is not sent."""
    usual = {"name": "Акция", "text": TEXT, "verified_only": "y", "wrap_clicks": "y", "wrap_login": "y"}
    return browser.press(NEW, NEW, **{name: value for name, value in (usual | fields).items() if value})
