"""What the doorbell starts: ids in, a call into the engine, and the next job when there is more."""

import time

from smsadmin.broadcasts.prepare import form_list
from smsadmin.current import settings
from smsadmin.sending import doorbell
from smsadmin.sending.account_loop import send_for


def send_account(account_id: int, letter: str) -> None:
    """Send what waits for an account, for at most `SMSADMIN_JOB_LENGTH` seconds."""
    if send_for(account_id, time.monotonic() + settings().job_length):
        doorbell.ring_send(account_id, doorbell.other(letter))


def prepare_broadcast(broadcast_id: int, letter: str) -> None:
    """Form the list of a broadcast, for at most `SMSADMIN_JOB_LENGTH` seconds."""
    if form_list(broadcast_id, time.monotonic() + settings().job_length):
        doorbell.ring_prepare(broadcast_id, doorbell.other(letter))
