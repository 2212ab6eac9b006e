"""The doorbell: a ring is never swallowed by a job that is about to end, or by one whose worker was killed."""

from smsadmin.sending import doorbell
from tests.plugin import Shop


def test_a_ring_during_a_job_has_a_job_after_it(shop: Shop) -> None:
    """The running job may have looked for work a moment before this ring."""
    account = shop.connect()
    doorbell.ring_send(account.id)
    running = doorbell.queue().jobs[0]
    doorbell.queue().remove(running)

    doorbell.ring_send(account.id)

    assert [job.id for job in doorbell.queue().jobs] == [f"send-{account.id}-0-b"]


def test_many_rings_are_at_most_two_jobs(shop: Shop) -> None:
    account = shop.connect()

    for _ in range(5):
        doorbell.ring_send(account.id)
        doorbell.ring_prepare(7)

    assert sorted(job.id for job in doorbell.queue().jobs) == [
        "prepare-7-a",
        "prepare-7-b",
        f"send-{account.id}-0-a",
        f"send-{account.id}-0-b",
    ]
