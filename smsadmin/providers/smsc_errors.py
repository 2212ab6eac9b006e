"""SMSC's own error codes (send.php, "error codes"), and what each means for what was asked."""

from datetime import timedelta

from smsadmin.providers.base import Outcome
from smsadmin.reasons import Reason

SEND_ERRORS: dict[int, tuple[Outcome, Reason, timedelta | None]] = {
    1: (Outcome.BATCH_REFUSED, Reason.BAD_REQUEST, None),
    2: (Outcome.ACCOUNT_PROBLEM, Reason.WRONG_PASSWORD, None),
    3: (Outcome.ACCOUNT_PROBLEM, Reason.NO_MONEY, None),
    4: (Outcome.ACCOUNT_PROBLEM, Reason.ADDRESS_BLOCKED, timedelta(minutes=30)),
    5: (Outcome.BATCH_REFUSED, Reason.BAD_REQUEST, None),
    6: (Outcome.BATCH_REFUSED, Reason.TEXT_FORBIDDEN, None),
    7: (Outcome.BATCH_REFUSED, Reason.NUMBER_REFUSED, None),
    8: (Outcome.BATCH_REFUSED, Reason.NUMBER_REFUSED, None),
    9: (Outcome.TRY_LATER, Reason.PROVIDER_BUSY, timedelta(seconds=60)),
}
"""`error_code` of a whole request. A code that is not here is "failed, unclassified"."""

REPEATED = 9
"""The same request within a minute, or 15 at once: whether an earlier copy was taken is asked first."""
