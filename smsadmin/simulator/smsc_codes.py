"""SMSC's numbers: the errors of a request, and what `status` and `err` say of a message; and its way to say no."""

from collections.abc import Mapping
from datetime import timedelta, timezone
from hmac import compare_digest

from smsadmin.simulator.fates import Denial, Refusal, Report
from smsadmin.simulator.settings import Account

MOSCOW = timezone(timedelta(hours=3))

ERRORS = {
    1: "parameters error",
    2: "authorise error",
    3: "not enough money",
    4: "IP is blocked",
    5: "date error",
    6: "message is denied",
    7: "invalid phone format",
    8: "message to this phone can't be delivered",
    9: "duplicate request, wait a minute",
}
"""`error_code` → `error`; only the codes are confirmed, and the words of 2."""

REFUSALS = {Refusal.BAD_NUMBER: 7, Refusal.NOT_DELIVERABLE: 8, Refusal.OPTED_OUT: 8}

DENIALS = {
    Denial.BUSY: 9,
    Denial.FORBIDDEN_TEXT: 6,
    Denial.WRONG_PASSWORD: 2,
    Denial.NO_MONEY: 3,
    Denial.BLOCKED: 4,
    Denial.SENDER: 6,
}

STATUSES = {
    Report.SENT: (0, 0),
    Report.DELIVERED: (1, 0),
    Report.NO_SUBSCRIBER: (20, 1),
    Report.UNREACHABLE: (3, 6),
    Report.SPAM: (23, 253),
    Report.UNHEARD_OF: (77, 0),
}
"""Of a message: `status` and `err`; no table of SMSC's has a status 77."""

NOT_FOUND = -3
"""The `status` of a message that SMSC does not know.

Unconfirmed: for a question about a single message an older manual has error 3 in the place of this status.
"""


class Refused(Exception):
    """The whole request is refused: `code` is SMSC's, the words go to the complaints, not onto the wire."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(words)
        self.code = code


def sign_in(account: Account, form: Mapping[str, str]) -> None:
    """Let the account in by login and password, or by its API key; raise `Refused` with code 2."""
    by_key = compare_digest(form.get("apikey", "").encode(), account.secret.encode())
    by_login = form.get("login") == account.login and compare_digest(
        form.get("psw", "").encode(), account.secret.encode()
    )
    if not (by_key or by_login):
        raise Refused(2)


def check_format(form: Mapping[str, str]) -> None:
    """See that the answer is asked for as JSON in UTF-8; raise `Refused` with code 1."""
    if form.get("fmt") != "3":
        raise Refused(1, "fmt: only 3 (JSON) is played here")
    if form.get("charset", "").lower() != "utf-8":
        raise Refused(1, "charset: must be utf-8")
