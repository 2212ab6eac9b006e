"""Clicks and logins of a broadcast: the figures, and the lists behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select

from shortlinks import recount, report
from shortlinks.gate import Outcome
from shortlinks.recount_buckets import BucketDifference
from smsadmin.database import read
from smsadmin.links.owner import owner_of
from smsadmin.models import Broadcast, Message

ClickFigures = report.Figures
UseDifference: TypeAlias = recount.UseDifference | BucketDifference
use_differences, mend_uses = recount.differences, recount.mend

CLICK_LISTS: Mapping[str, Callable[[ClickFigures], int]] = {
    "clicks": lambda figures: figures.clicks,
    "unique": lambda figures: figures.unique,
    "bots": lambda figures: figures.bot_clicks,
    "logins": lambda figures: figures.logins,
    "refused": lambda figures: figures.logins_refused,
}
"""The figures that open a list, by the word in its address."""


@dataclass(frozen=True)
class Use:
    """One use of a link: who (None when the message is gone), when, and what it was."""

    id: int
    message: Message | None
    at: datetime | None = None
    kind: str = ""
    refusal: str = ""
    number: int | None = None
    """The link's number, from which nobody makes its code; of a login only."""
    url: str = ""
    """Where the link leads; of a login only."""


def click_figures(broadcasts: Sequence[Broadcast]) -> list[ClickFigures]:
    """Return how the links of each of these broadcasts were used, in their order, from the counters."""
    owners = [owner_of(broadcast) for broadcast in broadcasts]
    found = report.figures(owners)
    return [found[owner] for owner in owners]


def counted_clicks(broadcast: Broadcast) -> ClickFigures:
    """Return the same of one broadcast from the clicks and logins themselves: what the counters must equal."""
    owner = owner_of(broadcast)
    return read(lambda session: recount.counted(session, [owner])[owner])


def click_list(broadcast: Broadcast, which: str, before: int | None, limit: int) -> list[Use]:
    """Return the list behind one of `CLICK_LISTS`, newest first; `before` is the last id seen."""
    owner = owner_of(broadcast)
    if which == "unique":
        return _who_clicked(broadcast, owner, before, limit)
    if which in ("clicks", "bots"):
        clicks = report.list_clicks(owner, people=which == "clicks", before=before, limit=limit)
        found = _messages(broadcast, [click.position for click in clicks])
        return [Use(c.id, found.get(c.position), c.at, c.kind.value) for c in clicks]
    outcome = Outcome.SIGNED_IN if which == "logins" else Outcome.REFUSED
    logins = report.list_logins(owner, outcome=outcome, before=before, limit=limit)
    found = _messages(broadcast, [login.position for login in logins])
    return [
        Use(row.id, found.get(row.position), row.at, "person", row.refusal, row.number, row.url)
        for row in logins
    ]


def _who_clicked(broadcast: Broadcast, owner: str, before: int | None, limit: int) -> list[Use]:
    statement = (
        select(Message)
        .where(Message.broadcast_id == broadcast.id, Message.position.in_(report.clicked_positions(owner)))
        .order_by(Message.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Message.id < before)
    return [Use(m.id, m) for m in read(lambda session: session.scalars(statement).all())]


def _messages(broadcast: Broadcast, positions: Sequence[int]) -> dict[int | None, Message]:
    # Index uq_sms_messages_position.
    statement = select(Message).where(
        Message.broadcast_id == broadcast.id, Message.position.in_(set(positions))
    )
    return read(lambda session: {m.position: m for m in session.scalars(statement)})
