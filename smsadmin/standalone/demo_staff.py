"""A member of staff of `make demo`: does over HTTP what a person does on the screens."""

import re
from urllib.parse import urljoin

import requests

TOKEN = re.compile(r'name="(csrf_token|sms_token|seen)"[^>]*value="([^"]+)"')
PATIENCE = 30.0


class NotDone(Exception):
    """A screen did not do what was asked of it."""


class Manager:
    """Signed in to the back office; every step is a form of a page, with the page's own tokens."""

    def __init__(self, shop: str) -> None:
        self.shop = shop
        self.browser = requests.Session()
        self.browser.trust_env = False
        self._post("staff/sign-in", "staff/sign-in", login="manager", password="manager")  # noqa: S106 - the sample's

    def write_broadcast(self, name: str, text: str) -> str:
        """Write a broadcast that counts clicks and signs in; return the path of its page."""
        ticks = {"verified_only": "y", "wrap_clicks": "y", "wrap_login": "y"}
        page = self._post(
            "admin/sms/broadcasts/new", "admin/sms/broadcasts/new", name=name, text=text, **ticks
        )
        return page.url.removeprefix(self.shop)

    def press(self, page: str, step: str) -> None:
        """Press a button of the broadcast's page."""
        self._post(page, f"{page}/do/{step}")

    def _get(self, path: str) -> requests.Response:
        answer = self.browser.get(urljoin(self.shop, path), timeout=PATIENCE)
        if answer.status_code != 200:
            raise NotDone(f"{path} answers {answer.status_code}")
        return answer

    def _post(self, page: str, path: str, **fields: str) -> requests.Response:
        tokens = dict(TOKEN.findall(self._get(page).text))
        answer = self.browser.post(urljoin(self.shop, path), tokens | fields, timeout=PATIENCE)
        if answer.status_code != 200 or answer.url == urljoin(self.shop, "staff/sign-in"):
            raise NotDone(f"{path} answers {answer.status_code} at {answer.url}")
        return answer
