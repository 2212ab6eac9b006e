"""Wake a worker: RQ jobs that carry an id and nothing else. A ring that is refused is a success."""

import logging
from math import ceil

from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from smsadmin.current import redis, settings

log = logging.getLogger(__name__)

LETTERS = "abc"
"""While one letter's job runs its id is taken, and another one is rung, by the job itself or from outside: the running
job may end without another look. The third is for a job whose worker was killed: RQ notices after minutes only."""


SPARE = "defgh"
"""Further letters for the sweeper, where something waits and nobody sends: all three may be of killed workers."""


def ring_send(account_id: int, letters: str = LETTERS) -> None:
    """Have the waiting messages of this account sent, by the first of these letters that is free."""
    _ring(f"send-{account_id}-0", "send_account", account_id, letters)


def ring_prepare(broadcast_id: int, letters: str = LETTERS) -> None:
    """Have the list of this broadcast formed, by the first of these letters that is free."""
    _ring(f"prepare-{broadcast_id}", "prepare_broadcast", broadcast_id, letters)


def ring_match(broadcast_id: int, letters: str = LETTERS) -> None:
    """Have the customers looked through for this broadcast's rule, by the first of these letters that is free."""
    _ring(f"match-{broadcast_id}", "match_rule", broadcast_id, letters)


def others(letter: str) -> str:
    """Return the letters that a job's successor may have."""
    return LETTERS.replace(letter, "")


def queue() -> Queue:
    """Return the queue that the workers listen to."""
    return Queue(settings().queue, connection=redis(), serializer=JSONSerializer)


def _ring(name: str, function: str, number: int, letters: str) -> None:
    try:
        for letter in letters:
            if _enqueued(f"{name}-{letter}", function, number, letter):
                return
    except RedisError as error:
        # The row in the database is the truth; the sweeper rings again when Redis is back.
        log.warning("no doorbell: Redis answers with %s", type(error).__name__)


def _enqueued(job_id: str, function: str, number: int, letter: str) -> bool:
    try:
        queue().enqueue(
            f"smsadmin.jobs.{function}",
            number,
            letter,
            job_id=job_id,
            unique=True,
            result_ttl=0,
            failure_ttl=1,
            # RQ's alarm must never ring in the middle of a call: a claim made in the last moment has its lease.
            job_timeout=ceil(settings().job_length + settings().lease) + 30,
        )
    except DuplicateJobError:
        log.debug("%s is ringing already", job_id)
        return False
    return True
