"""Several workers and sweepers at once on one account whose provider answers all sorts of things."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from smsadmin.broadcasts import lifecycle
from smsadmin.providers import provider
from smsadmin.providers.base import Answer, Outcome, Outgoing
from smsadmin.reasons import Reason
from smsadmin.sending.account_loop import send_for
from smsadmin.sending.sweeper import sweep
from tests.plugin import Shop

REFUSED = Reason.NUMBER_REFUSED
ENDS = {"accepted", "rejected", "unknown"}


class Moody:
    """A provider that takes, refuses or stays silent, by a seeded chance; it counts what it took."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lock = threading.Lock()
        self.took: Counter[str] = Counter()

    def send(self, _: Any, __: str, messages: Sequence[Outgoing], ___: float) -> list[Answer]:
        with self.lock:
            chance = self.random.random()
            if chance < 0.15:
                outcome = Outcome.BATCH_REFUSED if len(messages) > 1 else Outcome.REJECTED
                return [Answer(outcome, REFUSED)] * len(messages)
            if chance < 0.2:
                return [Answer(Outcome.TRY_LATER)] * len(messages)
            return [self._answer(message) for message in messages]

    def _answer(self, message: Outgoing) -> Answer:
        chance = self.random.random()
        if chance < 0.1:
            return Answer(Outcome.REJECTED, REFUSED)
        self.took[message.phone] += 1
        return Answer(Outcome.UNKNOWN if chance < 0.2 else Outcome.ACCEPTED)


def is_over(shop: Shop, broadcast_id: int) -> bool:
    return {message.state for message in shop.messages(broadcast_id)} <= ENDS


def test_whoever_works_at_once_nothing_goes_twice_and_every_figure_agrees(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = shop.connect()
    shop.customers(150)
    plugin = shop.app.extensions["smsadmin"]
    plugin.settings = replace(plugin.settings, batch_size=10)
    moody = Moody(seed=1)
    monkeypatch.setattr(provider("smsc"), "send", moody.send, raising=False)
    broadcast_id = shop.formed()
    lifecycle.send(broadcast_id, "Мария")
    over = threading.Event()
    failures: list[Exception] = []

    def again_and_again(work: Callable[[], object]) -> None:
        with shop.app.app_context():
            while not over.wait(0.01):
                try:
                    work()
                except Exception as error:
                    failures.append(error)

    works: list[Callable[[], object]] = [
        *[lambda: send_for(account.id, time.monotonic() + 0.5)] * 3,
        *[lambda: sweep("test")] * 2,
    ]
    threads = [threading.Thread(target=again_and_again, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 120
    # Not until the broadcast is finished: what is in doubt is asked about for minutes.
    while not is_over(shop, broadcast_id) and time.monotonic() < end:
        time.sleep(0.05)
    over.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert set(moody.took.values()) == {1}
    states = shop.states(broadcast_id)
    assert set(states) == ENDS
    assert sum(states.values()) == 150
    assert states["accepted"] + states["unknown"] == len(moody.took)
