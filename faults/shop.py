"""The shop as the harness uses it: through the product's own functions, in the product's own database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from faults.plan import Plan, phones
from smsadmin import accounts
from smsadmin.accounts import callback_address
from smsadmin.broadcasts import drafts, lifecycle, schedule
from smsadmin.broadcasts.lifecycle import NotAllowed
from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.integration import callback_secret
from smsadmin.models import Account, Broadcast, Message, RawReceipt
from smsadmin.standalone.app import create_app
from smsadmin.standalone.environment import SIMULATOR_LOGIN, SIMULATOR_PASSWORD, TWILIO_SID, TWILIO_TOKEN
from smsadmin.standalone.models import Customer, db
from smsadmin.standalone.setup import prepare_database
from smsadmin.states import BroadcastState, State

TEXT = "{name}, ваша скидка ждёт вас до конца недели."
"""Unique once it is filled in: no two customers of a run have one name."""

WHO = "Мария"

SOON = 3.0
"""Seconds after it was confirmed at which a scheduled broadcast is due."""


@dataclass(frozen=True)
class Standing:
    """How far a broadcast has come: its state, rows by state, receipts to apply, questions to ask."""

    state: str
    rows: dict[str, int]
    receipts: int
    questions: int

    @property
    def open(self) -> int:
        """How many messages wait or are under way."""
        return self.rows.get(State.QUEUED, 0) + self.rows.get(State.SENDING, 0)

    @property
    def settled(self) -> bool:
        """Say whether nothing will change any more by itself."""
        ended = self.state in (BroadcastState.FINISHED, BroadcastState.CANCELLED)
        return ended and not self.open and not self.receipts and not self.questions


class Shop:
    """One shop with its customers, one provider, and one broadcast."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.app = create_app()
        prepare_database(self.app, customers=0)
        with self.app.app_context():
            _fill(plan)
            _connect(plan.provider)
            self.smsc_callback = callback_address("smsc", callback_secret())
        self.broadcast_id = 0

    def write_broadcast(self) -> None:
        """Write the broadcast and have its list formed by whatever worker hears of it."""
        fields: dict[str, Any] = {"name": f"Сид {self.plan.seed}", "text": TEXT, "verified_only": True}
        with self.app.app_context():
            if self.plan.scheduled:
                fields |= {"send_at": utc_now() + timedelta(days=1), "zone": "Europe/Moscow"}
            self.broadcast_id = drafts.create(WHO, **fields)
            drafts.form_list(self.broadcast_id, TEXT)

    def send(self) -> None:
        """Confirm the list, for now or for its time."""
        with self.app.app_context():
            if self.plan.scheduled:
                soon = utc_now() + timedelta(seconds=SOON)
                put_off = update(Broadcast).where(Broadcast.id == self.broadcast_id).values(send_at=soon)
                write(lambda session: session.execute(put_off))
                form = read(lambda session: session.get_one(Broadcast, self.broadcast_id)).form
                schedule.schedule(self.broadcast_id, WHO, form)
            else:
                lifecycle.send(self.broadcast_id, WHO)

    def pause(self) -> bool:
        """Press "pause"; say whether the broadcast was sending."""
        return self._press(lifecycle.pause)

    def resume(self) -> bool:
        """Press "resume"; say whether the broadcast was paused."""
        return self._press(lifecycle.resume)

    def cancel(self) -> bool:
        """Press "cancel"; say whether there was anything to cancel."""
        return self._press(lifecycle.cancel)

    def go_on(self) -> None:
        """Do what staff does when an account has stopped until somebody looks: let it send again."""
        stopped = select(Account.id).where(
            Account.stopped_reason.is_not(None), Account.stopped_until.is_(None)
        )
        with self.app.app_context():
            for account_id in read(lambda session: session.scalars(stopped).all()):
                accounts.go_on(account_id)

    def standing(self) -> Standing:
        """Return how far the broadcast has come."""
        with self.app.app_context():
            return read(self._standing)

    def _standing(self, session: Session) -> Standing:
        mine = Message.broadcast_id == self.broadcast_id
        by_state = select(Message.state, func.count().label("number")).where(mine).group_by(Message.state)
        waiting = select(func.count()).where(RawReceipt.applied_at.is_(None))
        asked = select(func.count()).where(
            mine, Message.state == State.UNKNOWN, Message.lookup_at.is_not(None)
        )
        return Standing(
            session.get_one(Broadcast, self.broadcast_id).state,
            {row.state: row.number for row in session.execute(by_state)},
            session.scalar(waiting) or 0,
            session.scalar(asked) or 0,
        )

    def _press(self, button: Callable[[int], None]) -> bool:
        with self.app.app_context():
            try:
                button(self.broadcast_id)
            except NotAllowed:
                return False
        return True


def _fill(plan: Plan) -> None:
    since = datetime(2024, 1, 9, tzinfo=UTC)
    rows = [
        {
            "name": f"Клиент {plan.seed}-{number}",
            "phone": phone,
            "phone_e164": phone,
            "phone_verified": True,
            "locale": "ru",
            "balance": Decimal(0),
            "blocked": False,
            "created_at": since,
        }
        for number, phone in enumerate(phones(plan))
    ]
    with Session(db.engine) as session, session.begin():
        session.execute(insert(Customer), rows)


def _connect(provider: str) -> None:
    ours: dict[str, Any] = {"login": SIMULATOR_LOGIN, "secret": SIMULATOR_PASSWORD, "sender": "Shop"}
    if provider == "twilio":
        ours = {"login": TWILIO_SID, "secret": TWILIO_TOKEN, "sender": "+15005550006"}
    accounts.connect(provider, **ours)
