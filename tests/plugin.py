"""Fixtures for tests of the plugin: the second host with customers, an account at the simulator, and its engine."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from smsadmin import accounts
from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.broadcasts.prepare import form_list
from smsadmin.clock import utc_now
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Asked, Broadcast, Counter, Message
from smsadmin.sending.account_loop import send_for
from smsadmin.sending.apply import apply_receipts
from smsadmin.sending.claimed import Claimed
from smsadmin.states import State
from smsadmin.statistics.counters import counted_rows, figures
from tests.hostapp import create_host
from tests.hostapp.models import Client, Employee, db
from tests.simulator.running import Simulator, started

LOGIN, PASSWORD = "demo", "demo-password"
_numbers = count(1)


def fresh_phone(ending: str = "") -> str:
    """Return an E.164 number that no other test uses; some endings meet a fixed fate at the simulator."""
    number = next(_numbers)
    # Without an ending none comes about by counting up.
    return f"+79{number:05d}{ending}" if ending else f"+7916{number // 9900:03d}{number % 9900:04d}"


@pytest.fixture(scope="session")
def provider_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The simulator, once for all tests of the engine; it calls nobody back."""
    with started(tmp_path_factory.mktemp("providers"), "--hang", "30") as simulator:
        yield simulator


@dataclass
class Shop:
    """The second host with the plugin: what a test does to it in a word."""

    app: Flask
    simulator: Simulator

    def customer(self, name: str = "Иван Петров", phone: str | None = None, **fields: Any) -> Client:
        """Add a customer, with a confirmed phone unless a field says otherwise."""
        fields.setdefault("mobile_ok_at", datetime(2026, 1, 1))  # noqa: DTZ001 - the host's column has no zone
        number = next(_numbers)
        fields.setdefault("joined", datetime.fromtimestamp(number, UTC).replace(tzinfo=None))
        client = Client(full_name=name, mobile=fresh_phone() if phone is None else phone, **fields)
        db.session.add(client)
        db.session.commit()
        return client

    def customers(self, number: int, **fields: Any) -> list[Client]:
        """Add several customers."""
        return [self.customer(f"Клиент {i}", **fields) for i in range(number)]

    def employee(self, level: str = "boss", **fields: Any) -> Employee:
        """Add a member of staff."""
        employee = Employee(nick=f"{level}-{next(_numbers)}", level=level, **fields)
        db.session.add(employee)
        db.session.commit()
        return employee

    def connect(self, provider: str = "smsc", **fields: Any) -> Account:
        """Connect a provider at the simulator."""
        logins = {"twilio": ("AC" + "0" * 32, "demo-token", "+15005550006")}
        login, secret, sender = logins.get(provider, (LOGIN, PASSWORD, "Shop"))
        return accounts.connect(provider, **{"login": login, "secret": secret, "sender": sender} | fields)

    def broadcast(self, text: str = "Привет, {name}!", **fields: Any) -> int:
        """Write a draft."""
        usual = {
            "name": "Акция",
            "text": text,
            "verified_only": True,
            "wrap_clicks": False,
            "wrap_login": False,
        }
        return drafts.create("Мария", **usual | fields)

    def formed(self, text: str = "Привет, {name}!", **fields: Any) -> int:
        """Write a broadcast and form its list."""
        broadcast_id = self.broadcast(text, **fields)
        drafts.form_list(broadcast_id, self.row(broadcast_id).text)
        assert form_list(broadcast_id, time.monotonic() + 60) is False
        return broadcast_id

    def sent(self, text: str = "Привет, {name}!", **fields: Any) -> int:
        """Write a broadcast, form its list, send it to the end."""
        broadcast_id = self.formed(text, **fields)
        lifecycle.send(broadcast_id, "Мария")
        self.work()
        return broadcast_id

    def a_minute_passes(self) -> None:
        """Let all that was handed over have been so a minute ago: no person opens a link at once."""
        write(lambda session: session.execute(update(Asked).values(at=utc_now() - timedelta(minutes=1))))

    def set(self, **values: Any) -> None:
        """Change settings of this host."""
        wired = self.app.extensions["smsadmin"]
        wired.settings = replace(wired.settings, **values)

    def work(self, seconds: float = 60) -> bool:
        """Send what waits for the account that sends; say whether there may be more."""
        account = accounts.sending_account()
        assert account is not None
        held = list(db.session)
        try:
            return send_for(account.id, time.monotonic() + seconds)
        finally:
            # The loop ends the host's session; what a test still holds goes on in the next one.
            db.session.add_all(held)

    def row(self, broadcast_id: int) -> Broadcast:
        """Return the broadcast as it is now."""
        return read(lambda session: session.get_one(Broadcast, broadcast_id))

    def messages(self, broadcast_id: int | None = None) -> list[Message]:
        """Return the messages of a broadcast, or those of events, in the order of their making."""
        statement = select(Message).where(Message.broadcast_id == broadcast_id).order_by(Message.id)
        return list(read(lambda session: session.scalars(statement).all()))

    def states(self, broadcast_id: int) -> dict[str, int]:
        """Return state → messages, from the rows, and check that the counters say the same."""
        rows = read(lambda session: counted_rows(session, broadcast_id))
        assert read(lambda session: figures(session, [broadcast_id]))[broadcast_id] == rows
        negative = select(func.count()).where(Counter.count < 0)
        assert read(lambda session: session.scalar(negative)) == 0
        states: dict[str, int] = {}
        for (state, _), number in rows.items():
            states[state] = states.get(state, 0) + number
        return states

    def reasons(self, broadcast_id: int) -> dict[str, int]:
        """Return reason → messages of a broadcast."""
        rows = read(lambda session: counted_rows(session, broadcast_id))
        return {reason: number for (_, reason), number in rows.items() if reason}

    def end_leases_now(self) -> None:
        """Let the leases of all messages under way lie in the past."""
        sending = update(Message).where(Message.state == State.SENDING).values(lease_until=db_now(-1))
        write(lambda session: session.execute(sending))

    def receive(self, message: Message | Claimed, status: str, error: str = "0", apply: bool = True) -> int:
        """Post SMSC's receipt for a message; return the HTTP status of the answer."""
        answer = self.app.test_client().post(
            self.smsc_callback(), data=self.smsc_receipt(message, status, error)
        )
        if apply:
            apply_receipts()
        return answer.status_code

    def smsc_callback(self) -> str:
        """Return the path of the callback that is entered in SMSC's cabinet."""
        from smsadmin.integration import callback_secret

        return f"/sms/receipts/smsc/{callback_secret()}"

    def smsc_receipt(self, message: Message | Claimed, status: str, error: str = "0") -> dict[str, str]:
        """Return the form that SMSC posts."""
        request_id = (message.attempt_id or "-").partition("-")[0]
        return {"id": request_id, "phone": message.phone[1:], "status": status, "err": error, "cost": "1.40"}


@pytest.fixture
def shop(
    migrated_url: str, redis_url: str, provider_box: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    """The second host on a fresh database, within an app context."""
    # On a busy machine seconds may pass between a claim and its call, which would go back and be claimed once more.
    monkeypatch.setattr("smsadmin.sending.claim.BEGINS_WITHIN", 60)
    names = ("smsc", "twilio", "seventech")
    app = create_host(
        migrated_url,
        redis_url,
        SMSADMIN_BASE_URLS={name: f"{provider_box.url}/{name}" for name in names},
        SMSADMIN_RATE=100_000,
        SMSADMIN_CALL_DEADLINE=10,
        SMSADMIN_LEASE=25,
    )
    with app.app_context():
        yield Shop(app, provider_box)
        db.session.remove()
        db.engine.dispose()
