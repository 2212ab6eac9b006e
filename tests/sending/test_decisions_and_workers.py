"""A person decides at the very moment in which a worker ends the broadcast, or has just asked the provider."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from threading import Event
from typing import Any

from sqlalchemy import event, select

from smsadmin.broadcasts import lifecycle
from smsadmin.database import read, write
from smsadmin.models import Account
from smsadmin.providers.base import Missing
from smsadmin.sending import lookups
from smsadmin.sending.decisions import leave, send_again
from smsadmin.sending.doubts import due
from smsadmin.states import BroadcastState
from tests.hostapp.models import db
from tests.plugin import Shop
from tests.sending.deciding import MARIA, decide, killed, seen
from tests.sending.test_reconcile_meanwhile import make_due


@contextmanager
def held_before(beginning: str, reached: Event, free: Event) -> Iterator[None]:
    """Hold whoever begins a statement like this until `free` is set."""

    def hold(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(beginning):
            reached.set()
            assert free.wait(10)

    event.listen(db.engine, "before_cursor_execute", hold)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", hold)


def test_a_broadcast_is_not_ended_over_a_message_that_was_let_wait_again(shop: Shop) -> None:
    """The worker looks before the decision is committed, and writes after it."""
    broadcast_id = killed(shop, name="seventech")
    shown = seen(shop, broadcast_id)
    decided, free = Event(), Event()

    def person() -> int:
        with shop.app.app_context():
            return len(send_again(shown, MARIA).done)

    def worker() -> bool:
        with shop.app.app_context():
            return lifecycle.finish(broadcast_id)

    with held_before("INSERT INTO sms_decisions", decided, free), ThreadPoolExecutor(2) as both:
        sending = both.submit(Context().run, person)
        assert decided.wait(10)
        ending = both.submit(Context().run, worker)
        # Long enough for the worker to stand before the lock.
        Event().wait(0.5)
        free.set()
        assert (sending.result(20), ending.result(20)) == (1, False)

    assert shop.row(broadcast_id).state == BroadcastState.SENDING
    assert shop.states(broadcast_id) == {"queued": 1}


def test_the_answer_to_a_question_of_before_plans_no_other_where_a_person_left_it(shop: Shop) -> None:
    broadcast_id = killed(shop)
    account = read(lambda session: session.scalars(select(Account)).one())
    make_due()
    asked = due(account, 100)
    decide(shop, broadcast_id, leave)

    write(lambda session: lookups._keep(session, account, asked, [Missing.UNCLEAR]))

    assert shop.messages(broadcast_id)[0].lookup_at is None
