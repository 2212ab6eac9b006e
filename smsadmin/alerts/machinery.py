"""Whether what sends is there: tables, workers, Redis, the key, the nightly check, and a way to tell somebody."""

from datetime import datetime

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import func, select

from smsadmin import links
from smsadmin.accounts import connected, keys_open
from smsadmin.alerts.kinds import Finding, Kind
from smsadmin.current import settings
from smsadmin.database import db_now, engine, read
from smsadmin.integration import integration
from smsadmin.migrate import is_current
from smsadmin.models import Alert, Integration, WorkerPulse
from smsadmin.signals import alert_raised

PING_WITHIN = 1.0
NIGHTS_MISSED = 2 * 86_400.0


def tables() -> list[Finding]:
    """Return which tables are not up to date: then nothing else can be asked."""
    behind = [
        name
        for name, current in (("sms_*", is_current(engine())), ("shortlinks_*", links.is_current(engine())))
        if not current
    ]
    return [Finding(Kind.NOT_MIGRATED, named={"tables": ", ".join(behind)})] if behind else []


def workers_live() -> bool:
    """Say whether any worker has shown a sign of life within `SMSADMIN_WORKER_MISSING_AFTER`."""
    lately = WorkerPulse.seen_at > db_now(-settings().worker_missing_after)
    return read(lambda session: session.scalar(select(WorkerPulse.name).where(lately).limit(1))) is not None


def last_pulse() -> datetime | None:
    """Return when a worker was last seen; None: the last one ended in good order, or there never was one."""
    return read(lambda session: session.scalar(select(func.max(WorkerPulse.seen_at))))


def workers() -> list[Finding]:
    """Return that no worker lives, where there is something to send through."""
    if workers_live() or not connected():
        return []
    seen = last_pulse()
    # One that was asked to stop leaves no pulse behind: its successor has as long to come as a silent one.
    return [Finding(Kind.NO_WORKER, since=seen, patience=0.0 if seen else settings().worker_missing_after)]


def redis_answers() -> bool:
    """Say whether Redis answers within `PING_WITHIN` seconds, on a connection of its own."""
    client = Redis.from_url(
        settings().redis_url,
        socket_timeout=PING_WITHIN,
        socket_connect_timeout=PING_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def redis() -> list[Finding]:
    """Return that Redis is away; a restart of it is no cause to call anybody."""
    if redis_answers():
        return []
    return [Finding(Kind.REDIS_AWAY, patience=settings().worker_missing_after)]


def key() -> list[Finding]:
    """Return that no key opens the password of the account that sends."""
    accounts = connected()
    return [Finding(Kind.NO_KEY)] if accounts and not keys_open(accounts[:1]) else []


def counters() -> list[Finding]:
    """Return what the last comparison of counters and rows said, and that there was none for two nights."""
    kept = integration()
    found = []
    if kept.counters_off:
        named = {"number": kept.counters_off}
        found.append(Finding(Kind.COUNTERS_OFF, since=kept.counters_checked_at, named=named))
    missed = select(Integration.id).where(Integration.counters_checked_at < db_now(-NIGHTS_MISSED))
    if read(lambda session: session.scalar(missed)) is not None:
        found.append(Finding(Kind.NIGHT_MISSED, since=kept.counters_checked_at))
    return found


def telling() -> list[Finding]:
    """Return the alerts that nobody could be told of, and that there is no way to tell anybody."""
    failed = select(func.count(), func.min(Alert.since)).where(
        Alert.over_at.is_(None), Alert.told_at.is_(None), Alert.tries > 0
    )
    number, since = read(lambda session: session.execute(failed).one())
    found = [Finding(Kind.ALERTS_UNTOLD, since=since, named={"number": number})] if number else []
    if not (settings().alert_email or settings().alert_webhook or alert_raised.receivers):
        found.append(Finding(Kind.NOBODY_TOLD))
    return found
