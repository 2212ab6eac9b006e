"""The shop's database as `make demo` sees it: filled at the start, counted at the end."""

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsadmin.accounts import callback_address
from smsadmin.database import read
from smsadmin.host import Role
from smsadmin.integration import callback_secret
from smsadmin.links import counted_clicks
from smsadmin.models import Broadcast, Message, RawReceipt
from smsadmin.standalone.app import create_app
from smsadmin.standalone.models import Customer, Staff, db
from smsadmin.standalone.setup import prepare_database
from smsadmin.states import State
from smsadmin.statistics.counters import counted_rows
from smsadmin.statistics.differences import all_differences
from smsadmin.statistics.report import Report, reports

THE_BROADCAST = 1


class DemoShop:
    """Counts what is in the tables, without any of the counters that it is to check."""

    def __init__(self, customers: int, seed: int) -> None:
        self.app = create_app()
        prepare_database(self.app, customers, seed)
        with self.app.app_context():
            self.smsc_callback = callback_address("smsc", callback_secret())

    def lost_answer(self) -> str:
        """Return the phone of one recipient whose request gets no answer and who gets no receipt."""
        with self.app.app_context():
            statement = select(Customer.phone_e164).where(Customer.phone_verified).order_by(Customer.id)
            taken = db.session.scalars(statement.limit(100)).all()
            db.session.remove()
        return next(phone for phone in reversed(taken) if phone and taken.count(phone) == 1)

    def state(self) -> str:
        """Return the state of the broadcast."""
        return self._broadcast().state

    def rows_by_state(self) -> dict[str, int]:
        """Return state → customers, from the rows."""
        with self.app.app_context():
            rows = read(lambda session: counted_rows(session, THE_BROADCAST))
        states = {state.value: 0 for state in State}
        for (state, _), number in rows.items():
            states[state] += number
        return states

    def report(self) -> Report:
        """Return what the broadcast's page shows, from the counters."""
        with self.app.app_context():
            return reports([self._broadcast()])[0]

    def clicks(self) -> dict[str, int]:
        """Return the clicks and logins, from the rows, by the words of the last line."""
        with self.app.app_context():
            figures = asdict(counted_clicks(self._broadcast()))
        return {"unique_clicks" if name == "unique" else name: number for name, number in figures.items()}

    def counters_off(self) -> bool:
        """Say whether anything that is counted differs from its rows."""
        with self.app.app_context():
            return bool(read(all_differences))

    def receipts_waiting(self) -> int:
        """Return how many receipts are stored and not applied."""
        waiting = select(func.count()).where(RawReceipt.applied_at.is_(None))
        with self.app.app_context():
            return read(lambda session: session.scalar(waiting)) or 0

    def hire(self, number: int, arrived: Collection[str]) -> set[str]:
        """Make some of those who got a link that signs in members of staff; return their phones."""
        statement = (
            select(Message.customer_key, Message.phone)
            .where(Message.broadcast_id == THE_BROADCAST, Message.signs_in, Message.phone.in_(arrived))
            .order_by(Message.id)
            .limit(number)
        )
        with self.app.app_context():
            chosen = read(lambda session: session.execute(statement).all())
            with Session(db.engine) as session, session.begin():
                session.add_all(_new_staff(int(key), phone) for key, phone in chosen)
        return {phone for _, phone in chosen}

    def _broadcast(self) -> Broadcast:
        with self.app.app_context():
            return read(lambda session: session.get_one(Broadcast, THE_BROADCAST))


def _new_staff(customer_id: int, phone: str) -> Staff:
    return Staff(
        login=f"new-{customer_id}",
        password_hash="!",  # noqa: S106 - matches no password
        name="Новый сотрудник",
        role=Role.VIEWER.value,
        phone=phone,
        customer_id=customer_id,
    )
