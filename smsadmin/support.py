"""The requests of staff to the support: registered at any hour, numbered, and told to the host."""

import logging
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsadmin.clock import utc_now
from smsadmin.database import read, write
from smsadmin.failures import named
from smsadmin.host import StaffMember
from smsadmin.models import Integration, SupportRequest
from smsadmin.signals import RequestToSupport, support_requested

log = logging.getLogger(__name__)

PER_HOUR = 20
"""The most requests of one member of staff within any hour."""

AN_HOUR = timedelta(hours=1)


class TooManyRequests(Exception):
    """This member of staff has registered `PER_HOUR` requests within the last hour; nothing is stored."""


def register(member: StaffMember, contact: str, text: str, page: str) -> SupportRequest:
    """Store a request, tell the host by `support_requested`, and return it with its number.

    The same words from the same person and page within an hour are the same request, which is told once: a
    button is easily pressed twice. Raise `TooManyRequests`.
    """
    values = {"by_key": member.key, "contact": contact, "text": text, "page": page}
    asked, is_new = write(lambda session: _stored(session, by_name=member.name[:200], **values))
    if is_new:
        _tell(asked)
    return asked


def requests_of(key: str | None, offset: int, limit: int) -> tuple[list[SupportRequest], int]:
    """Return a page of the requests of one member of staff (None: of all), newest first, and how many there are."""
    whose = [] if key is None else [SupportRequest.by_key == key]  # ix_sms_support_requests_by_key
    window = select(SupportRequest).where(*whose).order_by(SupportRequest.id.desc())
    found = read(lambda session: list(session.scalars(window.offset(offset).limit(limit))))
    total = read(lambda session: session.scalar(select(func.count(SupportRequest.id)).where(*whose)))
    return found, total or 0


def number_of_requests(within: timedelta) -> int:
    """Return how many requests all have registered within the last `within`."""
    recent = select(func.count(SupportRequest.id)).where(SupportRequest.at > utc_now() - within)
    return read(lambda session: session.scalar(recent)) or 0


def _stored(session: Session, by_name: str, **values: str) -> tuple[SupportRequest, bool]:
    """Store what was asked; return it, or the same request of before, and whether it is new."""
    # One at a time, or two at once would both see 19; SQLite has one writer anyway.
    session.execute(select(Integration.id).with_for_update())
    now = utc_now()
    recent = select(SupportRequest).where(
        SupportRequest.by_key == values["by_key"], SupportRequest.at > now - AN_HOUR
    )
    earlier = session.scalar(recent.filter_by(**values).limit(1))
    if earlier is not None:
        return earlier, False
    if len(session.scalars(recent.limit(PER_HOUR)).all()) == PER_HOUR:
        raise TooManyRequests
    asked = SupportRequest(at=now, by_name=by_name, **values)
    session.add(asked)
    return asked, True


def _tell(asked: SupportRequest) -> None:
    """Call the receivers one by one: what one of them raises concerns neither the others nor the person."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    request = RequestToSupport(asked.id, asked.by_name, asked.contact, asked.page, asked.text)
    for receiver in support_requested.receivers_for(app):
        _call(receiver, app, request)


def _call(receiver: Any, app: Flask, request: RequestToSupport) -> None:
    try:
        receiver(app, request=request)
    except Exception as error:
        log.error("a receiver of request %s to the support failed: %s", request.number, named(error))
