"""What the doorbell starts: ids in, a call into the engine, and the next job when there is more.

A job never fails in RQ's eyes: its traceback would carry phones and texts into the log and into Redis. The
error is named in our log, and the sweeper rings again for what still waits.
"""

import logging
import time
from collections.abc import Callable
from math import inf

from smsadmin.broadcasts.matching import match
from smsadmin.broadcasts.prepare import form_list
from smsadmin.current import host, settings
from smsadmin.failures import named
from smsadmin.sending import doorbell
from smsadmin.sending.account_loop import send_for

log = logging.getLogger(__name__)

LIST_TURN = 5.0
"""Seconds that a list is worked on before others have their turn: notifications that are due wait no longer than that
where there is only one worker."""


def send_account(account_id: int, letter: str) -> None:
    """Send what waits for an account, for at most `SMSADMIN_JOB_LENGTH` seconds."""
    if _goes_on(send_for, account_id):
        doorbell.ring_send(account_id, doorbell.others(letter))


def prepare_broadcast(broadcast_id: int, letter: str) -> None:
    """Form the list of a broadcast, for at most `LIST_TURN` seconds."""
    if _goes_on(form_list, broadcast_id, LIST_TURN):
        doorbell.ring_prepare(broadcast_id, doorbell.others(letter))


def match_rule(broadcast_id: int, letter: str) -> None:
    """Look who has come under the rule of a broadcast, for at most `LIST_TURN` seconds."""
    if _goes_on(match, broadcast_id, LIST_TURN):
        doorbell.ring_match(broadcast_id, doorbell.others(letter))


def _goes_on(work: Callable[[int, float], bool], number: int, longest: float = inf) -> bool:
    try:
        return work(number, time.monotonic() + min(longest, settings().job_length))
    except Exception as error:
        log.error("%s %d ended in %s; the sweeper rings again", work.__name__, number, named(error))
        return False
    finally:
        # A worker waits for days: the host's session must not hold a transaction open meanwhile.
        host().db.session.remove()
