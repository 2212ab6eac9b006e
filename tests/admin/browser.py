"""A member of staff at the screen: opens pages and presses what is on them, as a browser does."""

import re
from contextvars import Context
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

OFFICE = "/office/sms"
"""Where the second host has our screens."""


class Browser:
    """One person's browser; every request has a context of its own, whatever the test has pushed."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self.language = language

    def open(self, path: str) -> TestResponse:
        """Return the answer of an address below our screens."""
        return self._request("GET", OFFICE + path)

    def read(self, path: str) -> str:
        """Return a page's text, which has to be there."""
        page = self.open(path)
        assert page.status_code == 200, page.status
        return unescape(page.text)

    def press(self, page: str, action: str, /, **fields: str) -> TestResponse:
        """Press the button of a page's form that posts to `action`; return the page it leads to."""
        html = self.open(page).text
        assert page == action or f'action="{OFFICE}{action}"' in html, f"{page} has no button for {action}"
        return self.post(action, **tokens(html), **fields)

    def post(self, action: str, /, **fields: str) -> TestResponse:
        """Post to an address without a page that offers it."""
        return self._request("POST", OFFICE + action, data=fields, follow=True)

    def sign_in(self, user_id: str) -> None:
        """Put into the session what the host's sign-in leaves there."""
        with self.client.session_transaction() as session:
            session["_user_id"] = user_id

    def _request(
        self, method: str, path: str, data: dict[str, str] | None = None, follow: bool = False
    ) -> TestResponse:
        return Context().run(
            self.client.open,
            path,
            method=method,
            data=data,
            follow_redirects=follow,
            headers={"Accept-Language": self.language},
        )


def tokens(html: str) -> dict[str, str]:
    """Return what a page's forms carry unseen: the tokens, ours and the host's, and what was stored then."""
    inputs = re.findall(r"<input[^>]*>", html)
    named = {name: tag for tag in inputs for name in re.findall(r'name="(\w+)"', tag)}
    return {
        name: re.findall(r'value="([^"]*)"', named[name])[0]
        for name in ("sms_token", "csrf_token", "seen")
        if name in named
    }
