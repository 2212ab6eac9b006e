"""Form the list of a broadcast: one row per customer, in batches that go on where a killed worker stopped.

The verified customers come first and then the others, each oldest first: of several on one phone the first
one gets the SMS, the rest are visible rows that are left out.
"""

import time

from sqlalchemy.orm import Session

from smsadmin.broadcasts import schedule
from smsadmin.broadcasts.lifecycle import NotAllowed, hold_unknown_rule, take
from smsadmin.broadcasts.listing import advance, not_listed, write_batch
from smsadmin.broadcasts.rules import rule_of
from smsadmin.broadcasts.told_price import ask_price
from smsadmin.clock import utc_now
from smsadmin.current import host, settings, stopping
from smsadmin.database import read, write
from smsadmin.host import UnknownFilter
from smsadmin.models import Broadcast
from smsadmin.states import BroadcastState, Step, Trigger
from smsadmin.statistics.listed import keep_cost


def form_list(broadcast_id: int, until: float) -> bool:
    """Go on forming the list until the monotonic time `until`; return whether there is more to do."""
    while time.monotonic() < until and not stopping().is_set():
        broadcast = read(lambda session: session.get(Broadcast, broadcast_id))
        if broadcast is None or broadcast.state != BroadcastState.PREPARING:
            return False
        try:
            batch = host().customers.batch(
                not broadcast.verified_done, broadcast.after_key, settings().prepare_batch, rule_of(broadcast)
            )
            if batch:
                write_batch(broadcast, batch, batch[-1].key)
                if broadcast.next_position == 0:
                    # Now, while the list is short: the later ones are priced like the first.
                    ask_price(broadcast)
            else:
                _end_of_pass(broadcast, until)
        except UnknownFilter:
            hold_unknown_rule(broadcast)
        except NotAllowed:
            # Another worker has written this batch, or the list was thrown away: look again.
            continue
    return True


def _end_of_pass(broadcast: Broadcast, until: float) -> None:
    if not broadcast.verified_done:
        write(lambda session: advance(session, broadcast, verified_done=True, after_key=None))
        return
    if broadcast.considered < host().customers.count(rule_of(broadcast)) and not _newly_verified_are_listed(
        broadcast.id, until + settings().lease
    ):
        return
    if broadcast.trigger == Trigger.RULE:
        schedule.formed(broadcast)
        return
    # Of this very list: a worker that slept meanwhile must not end one that was begun anew.
    this_list = Broadcast.form == broadcast.form

    def complete(session: Session) -> None:
        take(session, broadcast.id, Step.PREPARED, this_list, formed_at=utc_now())
        keep_cost(session, broadcast.id)

    write(complete)


def _newly_verified_are_listed(broadcast_id: int, until: float) -> bool:
    """List those whose phone was confirmed behind the first pass and before the second: neither met them.

    Return whether it came to the end before the monotonic time `until`; the next job begins it anew.
    """
    broadcast = read(lambda session: session.get_one(Broadcast, broadcast_id))
    after, rule = None, rule_of(broadcast)
    while batch := host().customers.batch(True, after, settings().prepare_batch, rule):
        if time.monotonic() > until or stopping().is_set():
            return False
        broadcast = read(lambda session: session.get_one(Broadcast, broadcast_id))
        if missed := not_listed(broadcast, batch):
            write_batch(broadcast, missed, broadcast.after_key)
        after = batch[-1].key
    return True
