"""Send what waits for one provider account: tokens, whose turn it is, claim, submit, record, and again."""

import logging
import time
from collections import defaultdict
from concurrent.futures import Executor, ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from smsadmin.accounts import forget_past_stop
from smsadmin.broadcasts.lifecycle import finish, pause_all
from smsadmin.current import app, host, redis, settings, stopping
from smsadmin.database import read, write
from smsadmin.failures import named
from smsadmin.models import Account, Broadcast
from smsadmin.providers.base import Outcome
from smsadmin.reasons import Reason
from smsadmin.sending.claim import Claim, claim
from smsadmin.sending.halving import Halves, stop_for
from smsadmin.sending.line import Line
from smsadmin.sending.rate import return_tokens, take_tokens
from smsadmin.sending.record import BACK, Pairs, record
from smsadmin.sending.submit import NOT_BEGUN, Calls, requests_of
from smsadmin.sending.turns import had_less, next_turn
from smsadmin.sending.under_way import Turn, UnderWay, recording
from smsadmin.sending.waiting import EVENTS, events_wait, sources
from smsadmin.sending.window import Window

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds for which the loop believes what it knows of the account and of what waits. A claim believes none of it."""


def send_for(account_id: int, until: float) -> bool:
    """Send for the account until the monotonic time `until`; return whether there may be more."""
    # The threads of the calls end first: what they bring is recorded.
    with ThreadPoolExecutor(1) as recorder, ThreadPoolExecutor(settings().threads) as threads:
        return _Loop(account_id, until, threads, recorder).run()


class _Loop:
    """One job's sending through one account."""

    def __init__(self, account_id: int, until: float, threads: Executor, recorder: Executor) -> None:
        self._account_id = account_id
        self._until = until
        # Halving a slow provider's batch may take longer than the job has; the rest waits for the next one.
        self._end = until + settings().lease - settings().call_deadline
        self._line: Line | None = None
        self._look_at = float("-inf")
        self._broadcasts: list[int] = []
        self._events = False
        self._halves: defaultdict[int | None, Halves] = defaultdict(Halves)
        self._had_a_turn: set[int] = set()
        self._under_way = UnderWay(threads, recorder, recording(app(), account_id))
        # Until something was taken, and after each trouble, a claim waits for what becomes of the one before.
        self._goes_well = False
        self._window = Window()

    def run(self) -> bool:
        """Send one turn after another; return whether there may be more."""
        try:
            goes_on = self._send()
        finally:
            self._under_way.wait(0, 0)
        self._finish_but([])
        return goes_on

    def _send(self) -> bool:
        while self._goes_on():
            line = self._look()
            if line is None and not self._under_way:
                return False
            # What is halved goes alone: the next half depends on what becomes of this one.
            ahead = self._goes_well and not self._halving()
            if line and ahead and line.calls_at_once:
                self._wait(line.calls_at_once, line.turns_at_once)
            else:
                self._wait()
            if line is None or time.monotonic() >= self._look_at:
                continue
            granted = self._tokens(line)
            if not granted:
                break
            if self._under_way.is_troubled:
                # It came back while the tokens were waited for, and may have stopped the account.
                return_tokens(redis(), self._account_id, granted)
                continue
            sent = 0
            try:
                source = self._whose_turn(granted)
                sent = self._turn(line, source, granted)
            finally:
                if sent < granted:
                    return_tokens(redis(), self._account_id, granted - sent)
                host().db.session.remove()
        self._wait()
        return True

    def _wait(self, calls: int = 0, turns: int = 0) -> None:
        """Wait until so few calls are open and turns unrecorded; learn from those that have come back."""
        if not calls and self._under_way:
            self._look_again()
        for back in self._under_way.wait(calls, turns):
            self._learn(back.source, back.pairs, back.seconds)

    def _goes_on(self) -> bool:
        now = time.monotonic()
        return not stopping().is_set() and (now < self._until or now < self._end and self._halving())

    def _halving(self) -> bool:
        return any(self._halves.values())

    def _look(self) -> Line | None:
        """Return the way to the account; None where nothing waits for it, or nothing may leave now."""
        if self._line and time.monotonic() < self._look_at:
            return self._line
        self._look_at = time.monotonic() + LOOK_EVERY
        account = read(lambda session: session.get(Account, self._account_id))
        waiting = read(lambda session: sources(session, self._account_id))
        self._broadcasts = [one for one in waiting if one is not EVENTS]
        self._events = EVENTS in waiting
        self._finish_but(self._broadcasts)
        self._line = Line.to(account) if account and waiting else None
        return self._line

    def _finish_but(self, waiting: list[int]) -> None:
        """Finish the broadcasts that had a turn and do not wait any more, where nothing of them is open."""
        open_ones = {*waiting, *self._under_way.sources}
        for broadcast_id in sorted(self._had_a_turn.difference(open_ones)):
            finish(broadcast_id)
        self._had_a_turn.intersection_update(open_ones)

    def _look_again(self) -> None:
        self._look_at = float("-inf")

    def _tokens(self, line: Line) -> int:
        """Wait for the tokens of a claim; return how many were taken, 0 when the job's time is over."""
        size = line.claim_size(self._window.each)
        while self._goes_on():
            missing = take_tokens(redis(), self._account_id, line.rate, size)
            if not missing:
                return size
            stopping().wait(max(0.001, min(missing, 0.25)))
        return 0

    def _whose_turn(self, size: int) -> int | None:
        """Return the source of the next claim: due events before every turn of a broadcast."""
        broadcasts = self._broadcasts
        if time.monotonic() >= self._until:
            halving = [source for source, halves in self._halves.items() if halves]
            broadcasts = [source for source in halving if source is not EVENTS]
        # Else a claim of a broadcast finds nothing where events are due, and the loop looks again.
        events = self._events
        if self._halving():
            events = read(lambda session: events_wait(session, self._account_id))
        return EVENTS if events or not broadcasts else next_turn(redis(), self._account_id, broadcasts, size)

    def _turn(self, line: Line, source: int | None, size: int) -> int:
        """Claim and send; return how many messages it took."""
        if source is EVENTS and EVENTS in self._under_way.sources:
            # Of two notifications to one person the first goes first.
            self._wait()
        half = self._halves[source].next(size)
        claimed = claim(line.account, line.provider, source, len(half) or size, half)
        # The host's session must hold neither a connection during the call nor customers as they were after it.
        host().db.session.remove()
        turn = _turn_of(line, source, claimed) if claimed.messages else None
        # Before anything else that may fail, Redis say: what is claimed and not handed over would be in doubt.
        if turn:
            self._under_way.begin(turn)
        sent = len(claimed.messages) if turn else 0
        if source is not EVENTS:
            self._had_a_turn.add(source)
            if sent < size:
                had_less(redis(), self._account_id, source, size - sent)
            if claimed.over:
                reason = claimed.over
                write(lambda session: pause_all(session, reason, Broadcast.id == source))
        if sent < (len(half) or size):
            self._look_again()
        return sent

    def _learn(self, source: int | None, pairs: Pairs, seconds: float) -> None:
        reason = self._halves[source].learn(pairs)
        if reason:
            stop_for(self._account_id, source, reason)
        went_well = not any(answer.outcome in BACK for _, answer in pairs)
        was_stopped = self._line is not None and self._line.account.stopped_reason
        if was_stopped and went_well:
            forget_past_stop(self._account_id)
        troubled = not went_well or any(answer.outcome is Outcome.UNKNOWN for _, answer in pairs)
        taken = sum(answer.outcome is Outcome.ACCEPTED for _, answer in pairs)
        self._goes_well = not troubled and taken * 2 >= len(pairs)
        if self._goes_well:
            self._window.learn(seconds)
        else:
            self._window.close()
        if troubled or was_stopped:
            # The account may have been stopped, or go again.
            self._look_again()


def _turn_of(line: Line, source: int | None, claimed: Claim) -> Turn | None:
    """Return the calls of a claim; None where the texts cannot be made: then that broadcast alone is paused."""
    try:
        requests = requests_of(claimed, line.provider)
    except Exception as error:
        # Not a byte has left, so these are not in doubt; the sweeper rings for them again.
        record(line.account.id, [(message, NOT_BEGUN) for message in claimed.messages])
        if source is EVENTS or isinstance(error, SQLAlchemyError):
            raise
        log.error("the texts of broadcast %d cannot be made: %s", source, named(error))
        write(lambda session: pause_all(session, Reason.TEXTS_NOT_MADE, Broadcast.id == source))
        return None
    watched, signed_in = line.watched()
    return Turn(source, Calls(claimed, requests, line.provider, signed_in), watched)
