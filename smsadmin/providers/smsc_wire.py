"""How SMSC is spoken to: where its scripts are, how one signs in, how it writes a phone."""

from collections.abc import Mapping

from smsadmin.providers import http
from smsadmin.providers.base import Credentials


def post(credentials: Credentials, script: str, fields: Mapping[str, str], deadline: float) -> http.Reply:
    """Ask one of SMSC's scripts within `deadline` seconds; raise `http.NotSent` or `http.NoAnswer`."""
    url = f"{credentials.base_url.rstrip('/')}/sys/{script}.php"
    form = {**_signed_in(credentials), **fields}
    return http.call("POST", url, deadline=deadline, form=form, way=credentials.way)


def digits(phone: str) -> str:
    """Return a phone as SMSC writes it, without the plus."""
    return phone.removeprefix("+")


def _signed_in(credentials: Credentials) -> dict[str, str]:
    if credentials.login:
        who = {"login": credentials.login, "psw": credentials.secret}
    else:
        who = {"apikey": credentials.secret}
    return {**who, "charset": "utf-8", "fmt": "3"}
