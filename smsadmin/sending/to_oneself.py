"""A test SMS to a member of staff: one message without a customer behind it, accounted like every other.

It is written already claimed, so no worker ever takes it and it never leaves later than asked: a worker's claim
would cancel it, because the host knows no such customer. What is refused "for now" is cancelled, not kept.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from smsadmin.accounts import CHECK_DEADLINE, credentials
from smsadmin.api_log.record import Watched
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Asked, Integration, Message
from smsadmin.providers import provider
from smsadmin.providers.base import Outgoing
from smsadmin.reasons import Reason
from smsadmin.sending.claim import outgoing
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.moves import Target, move
from smsadmin.sending.record import record
from smsadmin.sending.spending import spend
from smsadmin.sending.waiting import TEST, account_is_open
from smsadmin.states import RANK, State
from smsadmin.text.parts import count_parts

USEFUL_FOR = timedelta(hours=1)

ASKED_AFTER = 20.0
"""Seconds without a receipt after which the provider, where it can be asked, is asked whether the test arrived."""


class Closed(Exception):
    """Nothing may be sent through this account now: it is removed or stopped, or SMS is switched off."""


class SentBefore(Exception):
    """This very test was asked for before, and went or is going: a button is easily pressed twice."""

    def __init__(self, message_id: int) -> None:
        super().__init__(message_id)
        self.message_id = message_id


@dataclass(frozen=True)
class Addressee:
    """The member of staff who asked for it, and the number (E.164) that gets it."""

    key: str
    name: str
    phone: str

    @property
    def customer_key(self) -> str:
        """Return what stands in a message's `customer_key`; no host's customer has such a key."""
        return f"staff:{self.key}"[:64]


def send_test(
    account: Account, addressee: Addressee, text: str, once: str = "", even_stopped: bool = False
) -> Message:
    """Send one SMS through this account and return its row as recorded; raise `Closed`, `SentBefore` or `NoKey`.

    What is asked a second time under the same name `once` is not sent again. With `even_stopped` it goes through
    an account that is stopped: alone, as the first call after a stop has to.
    """
    calls = Watched(account, "send")
    signed_in = credentials(account, calls.watch)
    if not read(lambda session: session.scalar(select(account_is_open(account.id, even_stopped)))):
        raise Closed(account.provider)
    chosen = provider(account.provider)
    message = write(lambda session: _claimed(session, account, addressee, text, once))
    request_id = message.attempt_id
    ready = [outgoing(chosen, message, text)]
    try:
        # An error of ours in here leaves the row `sending`; the end of its lease makes it `unknown`.
        answers = chosen.send(signed_in, request_id, ready, CHECK_DEADLINE)
        record(account.id, [(message, answers[0])])
    finally:
        calls.keep(ready, request_id)
    gave_up = Target(State.CANCELLED, answers[0].reason or Reason.PROVIDER_BUSY)
    write(lambda session: _conclude(session, message.id, gave_up))
    return read(lambda session: session.get_one(Message, message.id))


def _conclude(session: Session, message_id: int, gave_up: Target) -> None:
    """Give up what was refused for now; ask soon about what was taken, for somebody waits for it at the screen."""
    move(session, [message_id], State.QUEUED, gave_up, settled_at=utc_now())
    taken = update(Message).where(Message.id == message_id, Message.state == State.ACCEPTED)
    session.execute(taken.values(lookup_at=db_now(ASKED_AFTER)))


def last_test(addressee_key: str, account_id: int) -> Message | None:
    """Return the last test SMS that this member of staff sent through the account (ix_sms_messages_customer)."""
    statement = (
        select(Message)
        .where(
            Message.customer_key == f"staff:{addressee_key}"[:64],
            Message.event_kind == TEST,
            Message.account_id == account_id,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return read(lambda session: session.scalars(statement).one_or_none())


def _claimed(session: Session, account: Account, addressee: Addressee, text: str, once: str) -> Claimed:
    """Write the message as under way, and the ledger's "asked"; raise `SentBefore`."""
    attempt_id, now, parts = secrets.token_hex(16), utc_now(), count_parts(text).count
    named = f"{TEST}:{account.id}:{addressee.customer_key}:{addressee.phone}:{once or attempt_id}"
    # One at a time, or two at once would both find nothing; SQLite has one writer anyway.
    session.execute(select(Integration.id).with_for_update())
    before = session.scalar(select(Message.id).where(Message.event_key == named))
    if before is not None:
        raise SentBefore(before)
    price = account.price_of_part
    message = Message(
        event_kind=TEST,
        event_key=named,
        customer_key=addressee.customer_key,
        phone=addressee.phone,
        name=addressee.name[:200],
        text=text,
        parts=parts,
        price=price * parts if price is not None else None,
        currency=account.currency,
        state=State.SENDING.value,
        rank=RANK[State.SENDING],
        account_id=account.id,
        attempt_id=attempt_id,
        # Longer than its call, however short the leases of the workers are.
        lease_until=db_now(max(settings().lease, 2 * CHECK_DEADLINE)),
        not_after=now + USEFUL_FOR,
        created_at=now,
    )
    session.add(message)
    session.flush()
    chosen = provider(account.provider)
    asked = {
        "attempt_id": attempt_id,
        "message_id": message.id,
        "account_id": account.id,
        "request_id": attempt_id,
        "reference": chosen.reference(attempt_id, Outgoing(attempt_id, addressee.phone, "")),
        "phone": addressee.phone,
        "text": text,
        "at": now,
    }
    session.execute(insert(Asked), [asked])
    spend(session, [message], now)
    return Claimed.of(message)
