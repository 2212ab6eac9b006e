"""Ask SMSC what messages would cost: send.php with `cost=1`, which sends nothing.

The answer is `{"cost": "7.00", "cnt": 2}`: the price of all, and how many parts they make.
"""

from collections.abc import Mapping, Sequence

from smsadmin.providers import http
from smsadmin.providers.base import CheckFailed, Credentials, Outgoing, Quote
from smsadmin.providers.reading import asking, json_object, kept, price, whole
from smsadmin.providers.smsc_errors import SEND_ERRORS
from smsadmin.providers.smsc_wire import post
from smsadmin.reasons import Reason


def quote(
    credentials: Credentials, form: Mapping[str, str], messages: Sequence[Outgoing], deadline: float
) -> Quote:
    """Ask for the price of these messages; raise `CheckFailed`."""
    with asking():
        reply = post(credentials, "send", form, deadline)
    return read_quote(reply, credentials, messages)


def read_quote(reply: http.Reply, credentials: Credentials, messages: Sequence[Outgoing]) -> Quote:
    """Read the answer to a question about a price; raise `CheckFailed`."""
    answer = json_object(reply.body)
    code = whole(answer.get("error_code"))
    if code in SEND_ERRORS:
        raise CheckFailed(SEND_ERRORS[code][1], f"{reply.status} error {code}")
    amount, parts = price(answer.get("cost")), whole(answer.get("cnt"))
    if reply.status != 200 or code is not None or amount is None or amount < 0 or not parts or parts < 0:
        reason = Reason.PROVIDER_UNREACHABLE if reply.status >= 500 else Reason.STRANGE_ANSWER
        raise CheckFailed(reason, kept(reply, credentials, messages))
    return Quote(amount, parts)
