"""Collect the exchanges of calls to a provider, and write them masked once the accounting is done.

Nothing here may disturb a call: the watch only collects, in whatever thread it is called, and a log that cannot
be written costs the log alone.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import insert

from smsadmin import links
from smsadmin.api_log.hidden import Hidden, basic, hidden
from smsadmin.api_log.masking import masked
from smsadmin.api_log.secrecy import Mask
from smsadmin.api_log.switch import on_until
from smsadmin.clock import utc_now
from smsadmin.database import write
from smsadmin.failures import named
from smsadmin.integration import callback_secret
from smsadmin.models import Account, ApiCall
from smsadmin.providers import provider
from smsadmin.providers.base import Outgoing, Question
from smsadmin.providers.exchange import Exchange, Watch
from smsadmin.sealing import unseal

log = logging.getLogger(__name__)

Kind = Literal["send", "balance", "lookup", "quote"]
"""What a call was for."""

KINDS: tuple[Kind, ...] = ("send", "balance", "lookup", "quote")

Messages = Sequence[Outgoing] | Sequence[Question]

SHOWN_OF_A_KEY = 8
"""Characters of a request's name that find it in the ledger where the whole one would give a callback's key away."""


class Watched:
    """Watches the calls to one account: hand `watch` to `accounts.credentials`, and call `keep` afterwards."""

    def __init__(self, account: Account, kind: Kind) -> None:
        """Look whether the log is on; a database error is raised here, before any call."""
        self._account = account
        self._kind = kind
        self._seen: list[tuple[datetime, Exchange]] = []
        self.watch: Watch | None = self._collect if on_until() else None

    def another(self) -> "Watched":
        """Return one for other calls at the same time; whether the log is on is not asked again."""
        found = copy(self)
        found._seen = []
        found.watch = found._collect if self.watch else None
        return found

    def _collect(self, exchange: Exchange) -> None:
        self._seen.append((utc_now() - timedelta(seconds=exchange.seconds), exchange))

    def keep(self, messages: Messages = (), request_id: str = "") -> None:
        """Write what was seen since the last time; `messages` are those of these calls. It never raises."""
        seen, self._seen = self._seen, []
        if not seen:
            return
        try:
            rows = self._rows(seen, messages, request_id)
            write(lambda session: session.execute(insert(ApiCall), rows))
        except Exception as error:
            # The SMS are accounted for: that stands, whatever becomes of their log.
            log.error("the API access log misses calls to %s: %s", self._account.provider, named(error))

    def _rows(
        self, seen: Sequence[tuple[datetime, Exchange]], messages: Messages, request_id: str
    ) -> list[dict[str, object]]:
        account = self._account
        opens = _opens(account)
        mask = Mask(_hidden(account, messages, request_id))
        return [
            {
                "at": at,
                "account_id": account.id,
                "provider": account.provider,
                "kind": self._kind,
                "request_id": request_id[:SHOWN_OF_A_KEY] if opens else request_id,
                "method": exchange.method,
                "status": exchange.status,
                "verdict": exchange.verdict,
                "milliseconds": round(exchange.seconds * 1000),
                **vars(masked(exchange, mask)),
            }
            for at, exchange in seen
        ]


@contextmanager
def watched(
    account: Account, kind: Kind, messages: Messages = (), request_id: str = ""
) -> Iterator[Watch | None]:
    """Watch the calls within the block, and write them down after it, however it ends."""
    calls = Watched(account, kind)
    try:
        yield calls.watch
    finally:
        calls.keep(messages, request_id)


def _opens(account: Account) -> bool:
    """Say whether the name of a request leads to the key of a callback address."""
    return not provider(account.provider).abilities.callback_per_account


def _hidden(account: Account, messages: Messages, request_id: str) -> Hidden:
    """Gather what must not be seen of these calls; raise `NoKey`."""
    secret = unseal(account.sealed_secret)
    secrets = {secret, callback_secret(), *basic(account.login, secret)}
    if _opens(account):
        secrets |= {request_id, *(key for message in messages for key in _keys(message))}
    return hidden(
        links.short_base(),
        secrets,
        texts=[message.text for message in messages],
        phones=[message.phone for message in messages],
    )


def _keys(message: Outgoing | Question) -> tuple[str, ...]:
    """Return what a callback's address would be known by."""
    if isinstance(message, Outgoing):
        return (message.attempt_id,)
    return message.reference, message.request_id
