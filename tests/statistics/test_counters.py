"""The counters: they say what the rows say, whatever moved the rows."""

from collections import Counter as Tally
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from smsadmin.database import read, write
from smsadmin.models import Counter, Message
from smsadmin.reasons import Reason
from smsadmin.sending.moves import Target, move, raise_to
from smsadmin.states import RANK, State
from smsadmin.statistics.counters import count, counted_rows, figures
from tests.plugin import Shop

SIZE = 5
WAITING = (State.QUEUED, State.SENDING)


class Step(NamedTuple):
    """One move: of which messages (by their place), from where (None: from wherever is below), to where."""

    places: frozenset[int]
    source: tuple[State, str] | None
    target: Target


def waits_or_has_reason(state: State, reason: Reason | None) -> Target:
    return Target(state, None if state in WAITING else reason)


targets = st.builds(
    waits_or_has_reason,
    st.sampled_from([state for state in State if state is not State.SKIPPED]),
    st.sampled_from([None, Reason.NO_ANSWER, Reason.NO_MONEY]),
)
steps = st.builds(
    Step,
    st.frozensets(st.integers(0, SIZE - 1)),
    st.none() | targets.map(lambda target: (target.state, str(target.reason or ""))),
    targets,
)


def queued(shop: Shop) -> tuple[int, list[int]]:
    """Write a broadcast with some messages, counted as they are when a list is formed; return its id and theirs."""
    broadcast_id = shop.broadcast()
    row = {"phone": "", "state": State.QUEUED, "rank": 0, "created_at": datetime.now(UTC), "left_out": True}
    rows = [{**row, "broadcast_id": broadcast_id, "customer_key": str(place)} for place in range(SIZE)]

    def add(session: Session) -> list[int]:
        ids = session.scalars(insert(Message).returning(Message.id), rows).all()
        count(session, Tally({(broadcast_id, State.QUEUED.value, ""): SIZE}))
        return sorted(ids)

    return broadcast_id, write(add)


def expected(now: dict[int, tuple[State, str]], step: Step) -> set[int]:
    """Say which messages a step moves, by the words of `move` and `raise_to`."""
    if step.source is not None:
        return {place for place in step.places if now[place] == step.source}
    return {place for place in step.places if RANK[now[place][0]] < RANK[step.target.state]}


def take(step: Step, ids: list[int]) -> set[int]:
    """Take the step; return the ids that moved."""
    chosen = [ids[place] for place in sorted(step.places)]
    if step.source is None:
        return write(lambda session: raise_to(session, chosen, step.target))
    state, reason = step.source
    return write(lambda session: move(session, chosen, state, step.target, source_reason=reason))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=st.lists(steps, min_size=1, max_size=12))
def test_counters_and_rows_say_the_same_after_any_moves(shop: Shop, plan: list[Step]) -> None:
    broadcast_id, ids = queued(shop)
    now = dict.fromkeys(range(SIZE), (State.QUEUED, ""))

    for step in plan:
        going = expected(now, step)
        assert take(step, ids) == {ids[place] for place in going}
        now |= dict.fromkeys(going, (step.target.state, str(step.target.reason or "")))

    told = Tally((state.value, reason) for state, reason in now.values())
    assert read(lambda session: figures(session, [broadcast_id]))[broadcast_id] == told
    assert read(lambda session: counted_rows(session, broadcast_id)) == told


def test_a_move_that_is_rolled_back_is_not_counted(shop: Shop) -> None:
    broadcast_id, ids = queued(shop)

    def fails(session: Session) -> None:
        assert move(session, ids, State.QUEUED, Target(State.SENDING)) == set(ids)
        raise LookupError

    with pytest.raises(LookupError):
        write(fails)

    told = {("queued", ""): SIZE}
    assert read(lambda session: figures(session, [broadcast_id]))[broadcast_id] == told
    assert read(lambda session: counted_rows(session, broadcast_id)) == told


def test_a_figure_that_came_to_nothing_is_not_shown(shop: Shop) -> None:
    broadcast_id, ids = queued(shop)

    write(lambda session: move(session, ids, State.QUEUED, Target(State.SENDING)))

    assert read(lambda session: figures(session, [broadcast_id]))[broadcast_id] == {("sending", ""): SIZE}


def test_broadcasts_are_counted_apart(shop: Shop) -> None:
    one, ids_of_one = queued(shop)
    other, ids_of_other = queued(shop)

    write(
        lambda session: move(session, ids_of_one[:2] + ids_of_other[:1], State.QUEUED, Target(State.SENDING))
    )

    assert read(lambda session: figures(session, [one]))[one] == {
        ("queued", ""): SIZE - 2,
        ("sending", ""): 2,
    }
    assert read(lambda session: figures(session, [other]))[other] == {
        ("queued", ""): SIZE - 1,
        ("sending", ""): 1,
    }


def test_the_message_of_an_event_has_no_counter(shop: Shop) -> None:
    row = {
        "customer_key": "1",
        "phone": "",
        "state": State.QUEUED,
        "rank": 0,
        "created_at": datetime.now(UTC),
    }

    def add(session: Session) -> int:
        return session.scalars(insert(Message).values(row).returning(Message.id)).one()

    message_id = write(add)
    write(lambda session: move(session, [message_id], State.QUEUED, Target(State.SENDING)))

    assert read(lambda session: session.scalars(select(Counter)).all()) == []
