"""The doorbell: a ring is never swallowed by a job that is about to end, or by one whose worker was killed."""

import pytest

from smsadmin import jobs
from smsadmin.broadcasts import drafts, lifecycle
from smsadmin.providers import provider
from smsadmin.sending import doorbell
from smsadmin.sending.claim import claim
from smsadmin.sending.sweeper import ring
from tests.plugin import Shop


def test_a_ring_during_a_job_has_a_job_after_it(shop: Shop) -> None:
    """The running job may have looked for work a moment before this ring."""
    account = shop.connect()
    doorbell.ring_send(account.id)
    running = doorbell.queue().jobs[0]
    doorbell.queue().remove(running)

    doorbell.ring_send(account.id)

    assert [job.id for job in doorbell.queue().jobs] == [f"send-{account.id}-0-b"]


def test_a_job_whose_worker_was_killed_does_not_keep_its_successors_waiting(shop: Shop) -> None:
    """Letter a lost its worker and its id stays taken; b runs, has more to do, and rings for the next."""
    account = shop.connect()
    doorbell.ring_send(account.id)
    doorbell.ring_send(account.id)
    for taken in doorbell.queue().jobs:
        doorbell.queue().remove(taken)

    doorbell.ring_send(account.id, doorbell.others("b"))

    assert [job.id for job in doorbell.queue().jobs] == [f"send-{account.id}-0-c"]


def test_many_rings_are_at_most_three_jobs(shop: Shop) -> None:
    account = shop.connect()

    for _ in range(5):
        doorbell.ring_send(account.id)
        doorbell.ring_prepare(7)

    assert sorted(job.id for job in doorbell.queue().jobs) == [
        "prepare-7-a",
        "prepare-7-b",
        "prepare-7-c",
        f"send-{account.id}-0-a",
        f"send-{account.id}-0-b",
        f"send-{account.id}-0-c",
    ]


def test_where_killed_workers_hold_all_letters_and_nobody_sends_the_sweeper_rings_another(shop: Shop) -> None:
    account = shop.connect()
    shop.customer()
    lifecycle.send(shop.formed(), "Мария")
    for job in doorbell.queue().jobs:
        doorbell.queue().remove(job)
    for _ in doorbell.LETTERS:
        doorbell.ring_send(account.id)
    for taken in doorbell.queue().jobs:
        doorbell.queue().remove(taken)

    ring()

    assert [job.id for job in doorbell.queue().jobs] == [f"send-{account.id}-0-d"]


def test_while_somebody_sends_the_sweeper_rings_no_spare_letter(shop: Shop) -> None:
    account = shop.connect()
    shop.customers(2)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    claim(account, provider("smsc"), broadcast_id, 1)
    for _ in doorbell.LETTERS:
        doorbell.ring_send(account.id)

    ring()

    letters = [job.id[-1] for job in doorbell.queue().jobs if job.id.startswith("send-")]
    assert sorted(letters) == list(doorbell.LETTERS)


def test_a_long_list_lets_others_have_their_turn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one worker, what is due meanwhile waits for a turn of the list, not for the whole of it."""
    account = shop.connect()
    for _ in range(3):
        shop.customer()
    shop.set(prepare_batch=1, job_length=60.0)
    monkeypatch.setattr(jobs, "LIST_TURN", 0.0)
    broadcast_id = drafts.create("Мария", name="Осень", text="Привет!")
    drafts.form_list(broadcast_id, "Привет!")
    for ringing in doorbell.queue().jobs:
        doorbell.queue().remove(ringing)
    doorbell.ring_send(account.id)

    jobs.prepare_broadcast(broadcast_id, "a")

    waiting = [job.id for job in doorbell.queue().jobs]
    assert [name.rpartition("-")[0] for name in waiting] == [
        f"send-{account.id}-0",
        f"prepare-{broadcast_id}",
    ]
