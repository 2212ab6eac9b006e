"""What brings a shop into trouble, and what it finds of it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update

from smsadmin.alerts.findings import findings
from smsadmin.alerts.kinds import Kind
from smsadmin.clock import utc_now
from smsadmin.current import NAME
from smsadmin.database import db_now, read, write
from smsadmin.models import Account, Alert, Broadcast, WorkerPulse
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState
from smsadmin.upsert import replace as put
from tests.plugin import Shop


def set_settings(shop: Shop, **values: Any) -> None:
    """Change some settings of the running shop."""
    wired = shop.app.extensions[NAME]
    wired.settings = replace(wired.settings, **values)


def worker_seen(seconds_ago: float = 0) -> None:
    """Let a worker have shown its last sign of life so long ago."""
    write(lambda session: put(session, WorkerPulse, {"name": "w", "seen_at": db_now(-seconds_ago)}))


def no_pulse() -> None:
    """Let the last worker have ended in good order."""
    write(lambda session: session.execute(delete(WorkerPulse)))


def set_account(**values: Any) -> None:
    write(lambda session: session.execute(update(Account).values(**values)))


def set_broadcast(broadcast_id: int, **values: Any) -> None:
    statement = update(Broadcast).where(Broadcast.id == broadcast_id)
    write(lambda session: session.execute(statement.values(**values)))


def low_balance(amount: str = "12.50") -> None:
    set_account(balance=Decimal(amount), balance_currency="RUB", balance_at=utc_now())


def paused(shop: Shop, reason: Reason | None, name: str = "Акция") -> int:
    """Write a broadcast that is paused for this reason; None: by a person."""
    broadcast_id = shop.broadcast(name=name)
    set_broadcast(broadcast_id, state=BroadcastState.PAUSED, pause_reason=reason)
    return broadcast_id


def well(shop: Shop) -> Account:
    """Let all be well: a provider is connected, a worker lives, somebody is told."""
    set_settings(shop, alert_webhook="http://127.0.0.1:9/")
    account = shop.connect()
    worker_seen()
    return account


def kinds() -> list[Kind]:
    return [finding.kind for finding in findings()]


def alerts() -> list[Alert]:
    return list(read(lambda session: session.scalars(select(Alert).order_by(Alert.id)).all()))


def try_now() -> None:
    """Let the pauses before the next try be over."""
    write(lambda session: session.execute(update(Alert).values(next_try_at=db_now(-1))))
