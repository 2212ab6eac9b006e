"""What each provider calls its fields, how one gets an account there, and what its sender may look like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smsadmin.i18n import lazy


@dataclass(frozen=True)
class ProviderTexts:
    """A provider's form in words; `steps` end before our own: balance, test SMS."""

    login: Any
    secret: Any
    sender: Any
    sender_hint: Any
    steps: tuple[Any, ...]
    site: str
    sender_pattern: re.Pattern[str]
    sender_error: Any
    login_pattern: re.Pattern[str] = re.compile(r"\S{1,100}")
    login_error: Any = lazy(
        "A login has no spaces in it and at most 100 characters. Copy it from the cabinet."
    )
    sign_in_refused: Any = lazy("The provider does not accept the login or password.")
    """What stands in the fields `login` and `secret` is wrong."""
    api_key: Any = None
    """What may be entered in the place of login and password, where there is such a thing."""
    currency: str = "RUB"
    """In which it bills most of its customers."""
    sender_needed: bool = False
    """It sends nothing without one."""
    callback_step: Any = None
    """Where the callback's address goes, where there is one for the whole account."""


SMS_SENDER = lazy("Sender name")

LONGEST_NAME = 11
"""Letters of an alphanumeric sender: all that an SMS has room for (3GPP TS 23.040, 9.1.2.5)."""

TEXTS: Mapping[str, ProviderTexts] = {
    "smsc": ProviderTexts(
        login=lazy("Login"),
        secret=lazy("Password or additional password"),
        api_key=lazy("API key"),
        sender=SMS_SENDER,
        sender_hint=lazy("A name that SMSC has registered for you; leave it empty for SMSC's own."),
        steps=(
            lazy("Sign up, register a sender name and top up the account:"),
            lazy(
                "Enter the login and the password here; better, an additional password or an API key made for "
                "this site."
            ),
        ),
        site="https://smsc.ru",
        sender_pattern=re.compile(rf"[A-Za-z0-9 ._&-]{{1,{LONGEST_NAME}}}|\+?[0-9]{{1,15}}"),
        sender_error=lazy(
            "SMSC takes up to 11 Latin letters, digits and signs (blank . _ & -), or a number of up to 15 digits."
        ),
        callback_step=lazy(
            "Copy this address into SMSC's cabinet: in the settings of the API, as the address for reports "
            "(callback). Without it nobody learns in time whether an SMS has arrived:"
        ),
    ),
    "twilio": ProviderTexts(
        currency="USD",
        login=lazy("Account SID"),
        secret=lazy("Auth Token"),
        sign_in_refused=lazy("Twilio does not accept the Account SID or the Auth Token."),
        sender=lazy("Sender: number, name or Messaging Service"),
        sender_hint=lazy(
            "A number of yours such as +15005550006, a sender id of up to 11 characters, or the SID of a "
            "Messaging Service (MG…). Twilio sends nothing without it."
        ),
        steps=(
            lazy("Sign up, buy a number and top up the account:"),
            lazy(
                "Copy the Account SID and the Auth Token from the first page of Twilio's console, and enter them "
                "here with the number."
            ),
        ),
        site="https://twilio.com",
        sender_pattern=re.compile(r"\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}"),
        sender_error=lazy(
            "Twilio takes a number with + and the country code, up to 11 Latin letters and digits, or MG "
            "and 32 characters."
        ),
        login_pattern=re.compile(r"AC[0-9a-fA-F]{32}"),
        login_error=lazy(
            "An Account SID is AC and 32 digits or letters from a to f. An API key (SK…) cannot stand in its place: "
            "Twilio signs delivery reports with the Auth Token."
        ),
        sender_needed=True,
    ),
    "seventech": ProviderTexts(
        login=lazy("Login"),
        secret=lazy("Password"),
        sender=SMS_SENDER,
        sender_hint=lazy("The name from your contract; leave it empty if there is none."),
        steps=(
            lazy(
                "SevenTech takes accounts from 100,000 SMS a month. Apply for one there, or to a manager of "
                "SevenTech:"
            ),
            lazy("Sign the contract, and have a sender name registered that is yours alone."),
            lazy("Enter the login, the password and the sender name from the contract here."),
        ),
        site="https://seven.tech/contact",
        sender_pattern=re.compile(rf"[^\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}|\+?[0-9]{{1,15}}"),
        sender_error=lazy("A sender name has up to 11 letters, or is a number of up to 15 digits."),
    ),
}
