"""Send what waits for one provider account: tokens, claim, submit, record, and again."""

import time
from collections import deque
from collections.abc import Collection
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from smsadmin.accounts import credentials, forget_past_stop, stop
from smsadmin.api_log.record import Watched
from smsadmin.broadcasts.lifecycle import finish
from smsadmin.current import host, redis, settings, stopping
from smsadmin.database import read, write
from smsadmin.models import Account
from smsadmin.providers import provider
from smsadmin.providers.base import Credentials, Outcome, Provider
from smsadmin.reasons import Reason
from smsadmin.sending.claim import Claim, claim
from smsadmin.sending.rate import take_tokens
from smsadmin.sending.record import BACK, Pairs, record
from smsadmin.sending.submit import NOT_BEGUN, requests_of, submit
from smsadmin.sending.waiting import EVENTS, sources

CLAIMED_PER_THREAD = 2
"""Where a request carries one message: a kill leaves at most this many in doubt per thread."""

REFUSALS_IN_A_ROW = 10
"""After this many refused batches, halved again and again with nothing taken between, the account is stopped."""


@dataclass(frozen=True)
class Line:
    """The way to one provider account."""

    account: Account
    provider: Provider
    credentials: Credentials
    calls: Watched
    threads: Executor

    @property
    def claim_size(self) -> int:
        """How many messages one claim takes: a request, or a few for each thread; one after a stop."""
        if self.account.stopped_reason:
            return 1
        if self.provider.abilities.batch_size > 1:
            return min(self.provider.abilities.batch_size, settings().batch_size)
        return settings().threads * CLAIMED_PER_THREAD


def send_for(account_id: int, until: float) -> bool:
    """Send for the account until the monotonic time `until`; return whether there may be more."""
    with ThreadPoolExecutor(settings().threads) as threads:
        while time.monotonic() < until and not stopping().is_set():
            account = read(lambda session: session.get(Account, account_id))
            waiting = read(lambda session: sources(session, account_id))
            if account is None or not waiting:
                return False
            calls = Watched(account, "send")
            signed_in = credentials(account, calls.watch)
            line = Line(account, provider(account.provider), signed_in, calls, threads)
            for broadcast_id in waiting:
                _one_turn(line, broadcast_id, until)
    return True


def _one_turn(line: Line, broadcast_id: int | None, until: float) -> None:
    """Send one claim for a broadcast (or for events), as soon as the account's rate allows."""
    allowed = _tokens(line, until)
    try:
        if allowed:
            _send(line, broadcast_id, allowed, until)
    finally:
        host().db.session.remove()
    if broadcast_id is not EVENTS:
        finish(broadcast_id)


def _tokens(line: Line, until: float) -> int:
    rate = settings().rate
    while time.monotonic() < until and not stopping().is_set():
        granted = take_tokens(redis(), line.account.id, rate, min(line.claim_size, max(1, int(rate))))
        if granted:
            return granted
        time.sleep(min(1 / rate, 0.1))
    return 0


def _send(line: Line, broadcast_id: int | None, limit: int, until: float) -> None:
    """Claim and send; a batch that is refused as a whole goes again in halves, each with a fresh reference."""
    groups: deque[Collection[int]] = deque([()])
    refusals = 0
    # Halving a slow provider's batch may take longer than the job has; the rest waits for the next one.
    end = until + settings().lease - settings().call_deadline
    while groups and time.monotonic() < end and not stopping().is_set():
        only = groups.popleft()
        claimed = claim(line.account, line.provider, broadcast_id, len(only) or limit, only)
        # The host's session must hold neither a connection during the call nor customers as they were after it.
        host().db.session.remove()
        if not claimed.messages:
            continue
        pairs = _hand_over(line, claimed)
        refused = [message.id for message, answer in pairs if answer.outcome is Outcome.BATCH_REFUSED]
        if refused:
            refusals += 1
        elif any(answer.outcome is not Outcome.REJECTED for _, answer in pairs):
            # One that is rejected standing alone proves nothing: the next may be refused for the same reason.
            refusals = 0
        if refusals == REFUSALS_IN_A_ROW:
            _stop_for_refusals(line, pairs)
            return
        if refused:
            middle = (len(refused) + 1) // 2
            groups.extendleft(half for half in (refused[middle:], refused[:middle]) if half)
        if line.account.stopped_reason and not any(answer.outcome in BACK for _, answer in pairs):
            forget_past_stop(line.account.id)


def _stop_for_refusals(line: Line, pairs: Pairs) -> None:
    """Stop the account until somebody has looked: for what was refused last, a forbidden text or sender say."""
    reasons = [answer.reason for _, answer in pairs if answer.outcome is Outcome.BATCH_REFUSED]
    reason = reasons[0] if reasons and reasons[0] else Reason.BAD_REQUEST
    write(lambda session: stop(session, line.account.id, reason, None))


def _hand_over(line: Line, claimed: Claim) -> Pairs:
    """Make the calls of a claim and record their answers."""
    try:
        requests = requests_of(claimed, line.provider)
    except Exception:
        # Not a byte has left, so these are not in doubt; the sweeper rings for them again.
        record(line.account.id, [(message, NOT_BEGUN) for message in claimed.messages])
        raise
    try:
        pairs = submit(claimed, requests, line.provider, line.credentials, line.threads)
        record(line.account.id, pairs)
    finally:
        line.calls.keep([each for request in requests for each in request], claimed.request_id)
    return pairs
