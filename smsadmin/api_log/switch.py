"""The switch of the API access log: it ends by itself, and so does everything that the log keeps."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from smsadmin.current import settings
from smsadmin.database import db_now, read, write
from smsadmin.integration_changes import Also, nothing_else
from smsadmin.models import ApiCall, Integration


def on_until() -> datetime | None:
    """Return when the log switches itself off, in UTC; None while it is off."""
    statement = select(Integration.log_until).where(Integration.log_until > db_now())
    return read(lambda session: session.scalars(statement).one_or_none())


def switch_on(also: Also = nothing_else) -> None:
    """Switch the log on for `SMSADMIN_API_LOG_FOR` seconds from now, by the database's clock."""
    write(lambda session: _end_at(session, db_now(settings().api_log_for), also))


def switch_off(also: Also = nothing_else) -> None:
    """Switch the log off; what it holds stays until it is old enough."""
    write(lambda session: _end_at(session, None, also))


def _end_at(session: Session, moment: db_now | None, also: Also) -> None:
    session.execute(update(Integration).values(log_until=moment))
    also(session)


def forget_old_calls() -> None:
    """Delete what is older than `SMSADMIN_API_LOG_KEPT` seconds, and all but the last `SMSADMIN_API_LOG_CALLS`."""
    write(_forget)


def _forget(session: Session) -> None:
    # Indexes ix_sms_api_calls_at and the key: ids are given in order, so the last ones are the youngest.
    session.execute(delete(ApiCall).where(ApiCall.at < db_now(-settings().api_log_kept)))
    last = session.scalar(select(func.max(ApiCall.id))) or 0
    session.execute(delete(ApiCall).where(ApiCall.id <= last - settings().api_log_calls))
