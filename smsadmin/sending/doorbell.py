"""Wake a worker: RQ jobs that carry an id and nothing else. A ring that is refused is a success."""

import logging
from math import ceil

from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from smsadmin.current import redis, settings

log = logging.getLogger(__name__)

LETTERS = "ab"
"""A job that is running enqueues the other letter, since its own id is taken."""


def ring_send(account_id: int, letter: str = "a") -> None:
    """Have the waiting messages of this account sent."""
    _ring(f"send-{account_id}-0-{letter}", "send_account", account_id, letter)


def ring_prepare(broadcast_id: int, letter: str = "a") -> None:
    """Have the list of this broadcast formed."""
    _ring(f"prepare-{broadcast_id}-{letter}", "prepare_broadcast", broadcast_id, letter)


def other(letter: str) -> str:
    """Return the letter of a job's successor."""
    return LETTERS[1 - LETTERS.index(letter)]


def queue() -> Queue:
    """Return the queue that the workers listen to."""
    return Queue(settings().queue, connection=redis(), serializer=JSONSerializer)


def _ring(job_id: str, function: str, number: int, letter: str) -> None:
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
    except RedisError as error:
        # The row in the database is the truth; the sweeper rings again when Redis is back.
        log.warning("no doorbell: Redis answers with %s", type(error).__name__)
