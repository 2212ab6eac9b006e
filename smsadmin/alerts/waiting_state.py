"""What waits and should not: broadcasts, SMS, leases, delivery reports."""

from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy import Select, and_, exists, func, literal_column, or_, select

from smsadmin.accounts import connected
from smsadmin.alerts.kinds import Finding, Kind
from smsadmin.current import redis, settings
from smsadmin.database import db_now, read
from smsadmin.models import Account, Broadcast, Message, RawReceipt
from smsadmin.providers import provider
from smsadmin.reasons import Reason
from smsadmin.sending import in_doubt
from smsadmin.sending.rate import is_worked_for
from smsadmin.sending.waiting import EVENTS, account_is_open, is_due
from smsadmin.states import SENDS, BroadcastState

BY_PEOPLE = (Reason.SMS_OFF,)
"""Why a broadcast is paused after somebody has switched something off, and was told so."""


def late_after() -> float:
    """Return how many seconds after its time something is late: the sweeper has had several rounds by then."""
    return max(settings().worker_missing_after, 3 * settings().sweep_every)


def paused() -> list[Finding]:
    """Return the broadcasts that something else than a person has paused."""
    # Index ix_sms_broadcasts_state.
    statement = select(Broadcast).where(
        Broadcast.state == BroadcastState.PAUSED,
        Broadcast.pause_reason.is_not(None),
        Broadcast.pause_reason.not_in(BY_PEOPLE),
    )
    rows = read(lambda session: session.scalars(statement.order_by(Broadcast.id)).all())
    return [
        Finding(Kind.BROADCAST_PAUSED, row.id, named={"name": row.name, "reason": row.pause_reason})
        for row in rows
    ]


def scheduled() -> list[Finding]:
    """Return the broadcasts whose time has passed and that have not begun, also where their list is still formed."""
    waits = or_(
        Broadcast.state == BroadcastState.SCHEDULED,
        # Confirmed before its list is formed; where a person is still to see the list, he is who waits.
        and_(Broadcast.state == BroadcastState.PREPARING, Broadcast.confirmed_by.is_not(None)),
    )
    late = select(Broadcast).where(waits, Broadcast.send_at < db_now(-late_after()))
    rows = read(lambda session: session.scalars(late.order_by(Broadcast.id)).all())
    return [Finding(Kind.SCHEDULED_LATE, row.id, row.send_at, named={"name": row.name}) for row in rows]


def queues() -> list[Finding]:
    """Return the accounts for which SMS wait that could go, and for which no loop has run for a minute."""
    found = []
    for account in connected():
        since = read(lambda session, account=account: session.scalar(_waits_since(account)))  # type: ignore[misc]
        if since is not None and not _is_worked_for(account):
            named = {"provider": provider(account.provider).title}
            found.append(Finding(Kind.QUEUE_STANDS, account.id, since, late_after(), named))
    return found


def _waits_since(account: Account) -> Select[datetime]:
    """Ask since when the first SMS waits that could have gone long ago (index ix_sms_messages_open)."""
    long_ago = db_now(-late_after())
    of_broadcast = exists().where(
        Broadcast.id == Message.broadcast_id, Broadcast.state.in_(SENDS), Broadcast.confirmed_at < long_ago
    )
    return (
        select(Message.created_at)
        .where(
            account_is_open(account.id),
            Message.account_id == account.id,
            is_due(),
            Message.created_at < long_ago,
            or_(Message.not_before.is_(None), Message.not_before < long_ago),
            or_(Message.broadcast_id.is_(EVENTS), of_broadcast),
        )
        .limit(1)
    )


def _is_worked_for(account: Account) -> bool:
    try:
        return is_worked_for(redis(), account.id)
    except RedisError:
        # Found as such; whether a loop runs cannot be told.
        return True


def leases() -> list[Finding]:
    """Return how many SMS are under way long past their lease: nobody ends it."""
    # Index ix_sms_messages_lease.
    over = select(func.count(), func.min(Message.lease_until)).where(
        literal_column("rank = 1"), Message.lease_until < db_now(-late_after())
    )
    return _counted(Kind.LEASES_OVER, over)


def receipts() -> list[Finding]:
    """Return how many delivery reports have come and are not applied."""
    # Index ix_sms_raw_receipts_waiting.
    waiting = select(func.count(), func.min(RawReceipt.received_at)).where(
        RawReceipt.applied_at.is_(None), RawReceipt.received_at < db_now(-late_after())
    )
    return _counted(Kind.RECEIPTS_WAIT, waiting)


def _counted(kind: Kind, statement: Select[int, datetime | None]) -> list[Finding]:
    number, since = read(lambda session: session.execute(statement).one())
    return [Finding(kind, since=since, named={"number": number})] if number else []


def to_decide() -> list[Finding]:
    """Return how many SMS in doubt wait for a person's decision."""
    number = in_doubt.number(None, left=False)
    return [Finding(Kind.TO_DECIDE, named={"number": number})] if number else []
