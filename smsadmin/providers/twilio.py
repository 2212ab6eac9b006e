"""Twilio (Programmable Messaging, API 2010-04-01): one message a request, errors by HTTP status and `code`.

Twilio has no key that keeps a request from being taken twice: a time-out or a 5xx leaves the outcome unknown.
Our own reference, the attempt's id, travels in the StatusCallback address.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from smsadmin.providers import http, twilio_lookup
from smsadmin.providers.base import (
    Abilities,
    Answer,
    Balance,
    CallbackRequest,
    CheckFailed,
    Credentials,
    Forged,
    Found,
    Garbled,
    Outcome,
    Outgoing,
    Question,
    Quote,
    Receipt,
    Settled,
)
from smsadmin.providers.reading import (
    NO_ANSWER,
    NOT_SENT,
    asking,
    json_object,
    kept,
    price,
    receipt_word,
    strange,
    told_balance,
    whole,
    word,
)
from smsadmin.providers.twilio_lookup import address
from smsadmin.providers.verdicts import judged, of_answers, of_balance, of_found
from smsadmin.reasons import Reason
from smsadmin.states import State

BUSY = timedelta(seconds=5)
"""Pause after a 429, which Twilio documents as "never processed"."""

ACCOUNT_ERRORS: dict[int, tuple[Reason, timedelta | None]] = {
    20003: (Reason.WRONG_PASSWORD, None),
    21212: (Reason.SENDER_NOT_REGISTERED, None),
    21408: (Reason.ACCOUNT_REFUSED, None),
    21606: (Reason.SENDER_NOT_REGISTERED, None),
    21608: (Reason.ACCOUNT_REFUSED, None),
    # The queue is full (30001 too): the next message would be refused as well, so the account rests a minute.
    21611: (Reason.PROVIDER_BUSY, timedelta(seconds=60)),
    30001: (Reason.PROVIDER_BUSY, timedelta(seconds=60)),
    30002: (Reason.ACCOUNT_REFUSED, None),
    30034: (Reason.SENDER_NOT_REGISTERED, None),
}
"""Codes of a refusal that every further message would meet too (api/errors)."""

NOT_ALLOWED = (401, 403)
"""HTTP statuses about who asks, not about what: with a code of no table (a suspended account, say) the next
message would be refused as well. Unconfirmed: this is what HTTP itself means."""

MESSAGE_ERRORS: dict[int, Reason] = {
    21211: Reason.NUMBER_REFUSED,
    21610: Reason.OPTED_OUT,
    21614: Reason.NUMBER_REFUSED,
    21635: Reason.NUMBER_REFUSED,
    30003: Reason.NOT_REACHABLE,
    30004: Reason.SUBSCRIBER_BLOCKED,
    30005: Reason.NO_SUCH_SUBSCRIBER,
    30006: Reason.NUMBER_REFUSED,
    30007: Reason.SPAM_FILTER,
    30008: Reason.UNCLASSIFIED,
    30450: Reason.TEXT_FORBIDDEN,
}
"""Codes about one message, in a refusal or a receipt. Others are `unclassified`: they change, Twilio warns."""

STATUSES: dict[str, Settled] = {
    "accepted": Settled(State.ACCEPTED),
    "scheduled": Settled(State.ACCEPTED),
    "queued": Settled(State.ACCEPTED),
    "sending": Settled(State.ACCEPTED),
    "sent": Settled(State.ACCEPTED),
    "delivered": Settled(State.DELIVERED),
    "read": Settled(State.DELIVERED),
    "undelivered": Settled(State.UNDELIVERED, Reason.UNCLASSIFIED),
    "failed": Settled(State.UNDELIVERED, Reason.UNCLASSIFIED),
    "canceled": Settled(State.UNDELIVERED, Reason.CANCELLED_BY_STAFF),
    "partially_delivered": Settled(State.UNDELIVERED, Reason.UNCLASSIFIED),
}
"""`MessageStatus` (messaging/api/message-resource) and the reason where no code gives a better one."""

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
_STATUS = re.compile(r"[A-Za-z_-]{1,40}")
_ERROR = re.compile(r"[0-9]{0,10}")


class Twilio:
    """Twilio: `login` is the Account SID, `secret` its token, `sender` a number or a Messaging Service."""

    name = "twilio"
    title = "Twilio"
    default_base_url = "https://api.twilio.com"
    abilities = Abilities(
        batch_size=1,
        own_ids=False,
        lookup=twilio_lookup.LOOKUP,
        balance=True,
        quote=False,
        schedule=True,
        api_key=False,
        callback_per_account=False,
        tells=frozenset(reason for reason, _ in ACCOUNT_ERRORS.values()) | frozenset(MESSAGE_ERRORS.values()),
    )

    def reference(self, request_id: str, message: Outgoing) -> str:
        """Return the attempt's id, which the callback's address carries."""
        return message.attempt_id

    @judged(of_answers)
    def send(
        self, credentials: Credentials, request_id: str, messages: Sequence[Outgoing], deadline: float
    ) -> list[Answer]:
        """Send one message; `ValueError` when there are more."""
        [message] = messages
        form = {"To": message.phone, "Body": message.text}
        if credentials.sender:
            by_service = _SERVICE_SID.fullmatch(credentials.sender)
            form["MessagingServiceSid" if by_service else "From"] = credentials.sender
        if message.callback_url:
            form["StatusCallback"] = message.callback_url
        if message.valid_for is not None:
            form["ValidityPeriod"] = str(max(1, min(36_000, int(message.valid_for.total_seconds()))))
        auth = (credentials.login, credentials.secret)
        try:
            reply = http.call(
                "POST",
                address(credentials, "Messages"),
                deadline=deadline,
                auth=auth,
                form=form,
                way=credentials.way,
            )
        except http.NotSent:
            return [NOT_SENT]
        except http.NoAnswer:
            return [NO_ANSWER]
        return [read_reply(reply, credentials, message)]

    @judged(of_balance)
    def balance(self, credentials: Credentials, deadline: float) -> Balance:
        """Ask Balance.json; raise `CheckFailed`."""
        auth = (credentials.login, credentials.secret)
        with asking():
            reply = http.call(
                "GET", address(credentials, "Balance"), deadline=deadline, auth=auth, way=credentials.way
            )
        if told := told_balance(reply):
            return told
        code = whole(json_object(reply.body).get("code"))
        if code in ACCOUNT_ERRORS:
            raise CheckFailed(ACCOUNT_ERRORS[code][0], f"{reply.status} code {code}")
        raise twilio_lookup.refused(reply, credentials)

    def quote(self, credentials: Credentials, messages: Sequence[Outgoing], deadline: float) -> Quote:
        """Raise `CheckFailed`: Twilio tells a price only of what was sent (see `abilities`)."""
        raise CheckFailed(Reason.UNCLASSIFIED, "Twilio does not tell prices ahead")

    @judged(of_found)
    def lookup(self, credentials: Credentials, questions: Sequence[Question], deadline: float) -> list[Found]:
        """Ask about one message, `ValueError` when there are more; raise `CheckFailed`."""
        [question] = questions
        return [twilio_lookup.lookup(credentials, question, deadline)]

    def parse_receipt(self, request: CallbackRequest, credentials: Credentials) -> list[Receipt]:
        """Check `X-Twilio-Signature` and the account, and read the receipt; raise `Forged` or `Garbled`."""
        given = request.headers.get("X-Twilio-Signature", "").encode(errors="replace")
        if not credentials.secret or not any(
            hmac.compare_digest(given, signature(credentials.secret, url, request.form).encode())
            for url in _as_called(request.url)
        ):
            raise Forged("the callback is not signed with this account's token")
        if request.form.get("AccountSid") != credentials.login:
            raise Forged("the callback is about another account")
        if not request.key:
            raise Garbled("the callback's address carries no reference")
        return [
            Receipt(
                reference=request.key,
                status=receipt_word(request.form.get("MessageStatus"), _STATUS, "MessageStatus"),
                error=receipt_word(request.form.get("ErrorCode", ""), _ERROR, "ErrorCode"),
            )
        ]

    def settle(self, status: str, error: str) -> Settled:
        """Say what a status and its error code mean; a status that is not in the table means nothing."""
        settled = STATUSES.get(status, Settled(None, Reason.UNCLASSIFIED))
        code = whole(error) or 0
        if settled.state is not State.UNDELIVERED or settled.reason is not Reason.UNCLASSIFIED:
            return settled
        if code in ACCOUNT_ERRORS:
            return Settled(State.UNDELIVERED, ACCOUNT_ERRORS[code][0])
        return Settled(State.UNDELIVERED, MESSAGE_ERRORS.get(code, Reason.UNCLASSIFIED))


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """Sign a callback as Twilio does: HMAC-SHA1 over the public URL and the sorted form (usage/security)."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(errors="replace"), "sha1")).decode()


def _as_called(url: str) -> Iterator[str]:
    """Yield the address with and without its port: Twilio signs either, as its own validator knows."""
    scheme, slashes, rest = url.partition("://")
    site, slash, path = rest.partition("/")
    for called in _sites(scheme, site):
        yield scheme + slashes + called + slash + path


@lru_cache(maxsize=16)
def _sites(scheme: str, site: str) -> tuple[str, str]:
    """Return a site with and without its port, first as it is written: what Twilio signs most often."""
    # The host as it is written: a signature is over letters, and capitals are others.
    host = re.sub(r":\d*$", "", site)
    port = urlsplit(f"{scheme}://{site}").port or {"http": 80, "https": 443}.get(scheme, 443)
    return (host, f"{host}:{port}") if host == site else (f"{host}:{port}", host)


def read_reply(reply: http.Reply, credentials: Credentials, message: Outgoing) -> Answer:
    """Read the answer to POST Messages.json; what it does not say clearly is unknown.

    Only codes and numbers are kept of an answer that we know: Twilio's repeats the text.
    """
    return _read(reply, credentials, message) or strange(reply, credentials, [message])[0]


def _read(reply: http.Reply, credentials: Credentials, message: Outgoing) -> Answer | None:
    answer = json_object(reply.body)
    if reply.status == 429:
        return Answer(Outcome.TRY_LATER, Reason.PROVIDER_BUSY, retry_after=BUSY, raw="429")
    if 200 <= reply.status < 300:
        return _taken(reply.status, answer)
    code = whole(answer.get("code"))
    if not 400 <= reply.status < 500 or code is None:
        return None
    return _refused(reply.status, code, kept(reply, credentials, [message]))


def _refused(status: int, code: int, words: str) -> Answer:
    """Answer for a refusal; of one whose code no table has the `words` are kept."""
    raw = f"{status} code {code}"
    if code in ACCOUNT_ERRORS:
        reason, rest = ACCOUNT_ERRORS[code]
        return Answer(Outcome.ACCOUNT_PROBLEM, reason, retry_after=rest, raw=raw)
    if code in MESSAGE_ERRORS:
        return Answer(Outcome.REJECTED, MESSAGE_ERRORS[code], raw=raw)
    if status in NOT_ALLOWED:
        return Answer(Outcome.ACCOUNT_PROBLEM, Reason.ACCOUNT_REFUSED, raw=words)
    return Answer(Outcome.REJECTED, Reason.UNCLASSIFIED, raw=words)


def _taken(status: int, answer: dict[str, Any]) -> Answer | None:
    """Read what Twilio created; its number says that it did."""
    sid = word(answer.get("sid"))
    if not _SID.fullmatch(sid):
        return None
    cost, currency = price(answer.get("price")), word(answer.get("price_unit")).upper()
    return Answer(
        Outcome.ACCEPTED,
        provider_id=sid,
        parts=whole(answer.get("num_segments")),
        # Twilio writes what it takes as a negative amount.
        price=abs(cost) if cost is not None else None,
        currency=currency if re.fullmatch("[A-Z]{3}", currency) else None,
        raw=f"{status} {sid}",
    )
