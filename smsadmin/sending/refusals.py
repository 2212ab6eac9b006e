"""Refusals in a row pause a broadcast: whoever is refused again and again is paid for with the account's good name.

SMSC blocks the address after a hundred bad sends in a row; a person looks at the text, the sender and the list first.
"""

from collections.abc import Iterable

from sqlalchemy import Integer, bindparam, update
from sqlalchemy.orm import Session

from smsadmin.broadcasts.lifecycle import pause_all
from smsadmin.current import settings
from smsadmin.database import table
from smsadmin.models import Broadcast
from smsadmin.providers.base import Answer, Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claimed import Claimed
from smsadmin.sending.waiting import EVENTS

BROADCASTS = table(Broadcast)

OF_ONE = update(BROADCASTS).where(BROADCASTS.c.id == bindparam("of_broadcast", type_=Integer))

# It meets no row, and so waits for nobody, unless something was refused just before.
BEGIN_ANEW = OF_ONE.where(BROADCASTS.c.refused_in_a_row > 0).values(refused_in_a_row=0)


def count_refusals(session: Session, pairs: Iterable[tuple[Claimed, Answer]]) -> None:
    """Count what was refused for good, a broadcast at a time; `SMSADMIN_REFUSALS_TO_PAUSE` in a row pause it.

    A message that is accepted begins the count anew; what is in doubt or waits again does not count.
    """
    outcomes: dict[int, list[Outcome]] = {}
    for message, answer in pairs:
        if message.broadcast_id is not EVENTS and answer.outcome in (Outcome.ACCEPTED, Outcome.REJECTED):
            outcomes.setdefault(message.broadcast_id, []).append(answer.outcome)
    for broadcast_id, told in sorted(outcomes.items()):
        if Outcome.REJECTED in told:
            _count(session, broadcast_id, told)
        else:
            session.execute(BEGIN_ANEW, {"of_broadcast": broadcast_id})


def _count(session: Session, broadcast_id: int, told: list[Outcome]) -> None:
    # Written before it is read: two workers count one after the other.
    mine = {"of_broadcast": broadcast_id}
    written = OF_ONE.values(refused_in_a_row=BROADCASTS.c.refused_in_a_row)
    in_a_row = session.scalars(written.returning(BROADCASTS.c.refused_in_a_row), mine).one()
    most = 0
    for outcome in told:
        in_a_row = in_a_row + 1 if outcome is Outcome.REJECTED else 0
        most = max(most, in_a_row)
    session.execute(OF_ONE.values(refused_in_a_row=in_a_row), mine)
    if most >= settings().refusals_to_pause:
        pause_all(session, Reason.MANY_REFUSALS, Broadcast.id == broadcast_id)
