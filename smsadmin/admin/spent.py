"""What broadcasts have cost so far: what is kept when SMS are handed over is read, and no SMS is added up."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select

from smsadmin.database import read
from smsadmin.models import Broadcast, Spending
from smsadmin.sending.spending import UNIT
from smsadmin.shown import shown_money

NOTHING_KNOWN = "—"


def spent(broadcasts: Sequence[Broadcast]) -> list[str]:
    """Return what each of these has cost, in their order, currency by currency; a dash where nothing is known.

    It is what the provider has told of an SMS, else the estimate.
    """
    total = func.sum(Spending.amount)
    statement = (
        select(Spending.broadcast_id, Spending.currency, total)
        .where(Spending.broadcast_id.in_([broadcast.id for broadcast in broadcasts]))
        .group_by(Spending.broadcast_id, Spending.currency)
        .having(total != 0)
        .order_by(Spending.currency)
    )
    sums: dict[int, list[str]] = {}
    for broadcast_id, currency, amount in read(lambda session: session.execute(statement).all()):
        sums.setdefault(broadcast_id, []).append(shown_money(Decimal(int(amount)) / UNIT, currency))
    return [" + ".join(sums.get(broadcast.id, [NOTHING_KNOWN])) for broadcast in broadcasts]
