"""Receipts: tried again, twice or never when the script says so, and never in an answer's way."""

import socket
import time
from collections import Counter

from smsadmin.simulator.inbox import Message
from smsadmin.simulator.receipts import TRIES, Callback, Receipts
from smsadmin.simulator.script import Fate, Report
from tests.simulator.running import Listener, Simulator, listening, wait_until

MESSAGE = Message("smsc", "one", "+79260000001", "a", number=7)


def receipts_to(url: str, settled: Counter[int]) -> Receipts:
    def write(message: Message, report: Report) -> Callback | None:
        return Callback(url, form={"id": message.id, "report": report.value}) if url else None

    receipts = Receipts({"smsc": write}, lambda number: settled.update([number]), pause=0.01)
    receipts.start()
    return receipts


def test_a_refused_receipt_is_tried_again_until_it_comes_through() -> None:
    settled: Counter[int] = Counter()
    with listening() as listener:
        listener.statuses[:] = [500, 302, 403]
        receipts = receipts_to(listener.url, settled)

        receipts.schedule(MESSAGE, Fate())

        wait_until(lambda: receipts.counts() == {"pending": 0, "sent": 1, "given_up": 0})
        assert len(listener.heard) == 4
        assert settled == {7: 1}


def test_a_receipt_that_nobody_takes_is_given_up_and_counted() -> None:
    settled: Counter[int] = Counter()
    with listening() as listener:
        listener.statuses[:] = [500] * TRIES
        receipts = receipts_to(listener.url, settled)

        receipts.schedule(MESSAGE, Fate())

        wait_until(lambda: receipts.counts()["given_up"] == 1)
        assert len(listener.heard) == TRIES
        assert settled == {7: 1}


def test_a_host_that_is_not_there_is_tried_again_too() -> None:
    settled: Counter[int] = Counter()
    with listening() as gone:
        url = gone.url
    receipts = receipts_to(url, settled)

    receipts.schedule(MESSAGE, Fate())

    wait_until(lambda: receipts.counts()["given_up"] == 1)


def test_without_an_address_there_is_nothing_to_send() -> None:
    settled: Counter[int] = Counter()
    receipts = receipts_to("", settled)

    receipts.schedule(MESSAGE, Fate())

    assert receipts.counts() == {"pending": 0, "sent": 0, "given_up": 0}
    assert settled == {7: 1}


def test_a_receipt_can_come_twice(simulator: Simulator, listener: Listener) -> None:
    simulator.smsc(list="79176669909:a")

    assert len(listener.wait_for("phone=79176669909", times=2)) == 2


def test_a_phone_named_on_the_command_line_meets_the_fate_named_there(
    simulator: Simulator, listener: Listener, phone: str
) -> None:
    simulator.smsc(list=f"79189999999:a\n{phone}:a")

    listener.wait_for(f"phone={phone}")
    time.sleep(0.1)
    assert not listener.about("79189999999")


def test_an_address_that_never_answers_holds_up_nobody() -> None:
    settled: Counter[int] = Counter()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        receipts = receipts_to(f"http://127.0.0.1:{silent.getsockname()[1]}", settled)
        began = time.monotonic()

        for _ in range(100):
            receipts.schedule(MESSAGE, Fate())

        assert time.monotonic() - began < 1
        assert receipts.counts() == {"pending": 100, "sent": 0, "given_up": 0}
