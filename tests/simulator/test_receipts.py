"""Receipts: tried again, twice or never when the script says so, and never in an answer's way."""

import json
import socket
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pytest

from smsadmin.simulator.fates import FATES, Fate, Report
from smsadmin.simulator.inbox import Message
from smsadmin.simulator.receipts import TRIES, Callback, Receipts
from tests.simulator.running import Listener, Simulator, listening, started, wait_until

MESSAGE = Message("smsc", "one", "+79260000001", "a", number=7)
AT_ONCE = Fate(delay=0)


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

        receipts.schedule(MESSAGE, AT_ONCE)

        wait_until(lambda: receipts.counts() == {"pending": 0, "sent": 1, "given_up": 0})
        assert len(listener.heard) == 4
        assert settled == {7: 1}


def test_a_receipt_that_nobody_takes_is_given_up_and_counted() -> None:
    settled: Counter[int] = Counter()
    with listening() as listener:
        listener.statuses[:] = [500] * TRIES
        receipts = receipts_to(listener.url, settled)

        receipts.schedule(MESSAGE, AT_ONCE)

        wait_until(lambda: receipts.counts()["given_up"] == 1)
        assert len(listener.heard) == TRIES
        assert settled == {7: 1}


def test_a_host_that_is_not_there_is_tried_again_too() -> None:
    settled: Counter[int] = Counter()
    with listening() as gone:
        url = gone.url
    receipts = receipts_to(url, settled)

    receipts.schedule(MESSAGE, AT_ONCE)

    wait_until(lambda: receipts.counts()["given_up"] == 1)


def test_without_an_address_there_is_nothing_to_send() -> None:
    settled: Counter[int] = Counter()
    receipts = receipts_to("", settled)

    receipts.schedule(MESSAGE, AT_ONCE)

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
            receipts.schedule(MESSAGE, AT_ONCE)

        assert time.monotonic() - began < 10
        assert receipts.counts() == {"pending": 100, "sent": 0, "given_up": 0}


def statuses_of(listener: Listener, phone: str) -> list[str]:
    return [parse_qs(heard.body)["status"][0] for heard in listener.about(f"phone={phone}")]


@pytest.mark.parametrize(
    ("ending", "statuses"),
    [("9926", ["1", "0"]), ("9927", ["0", "1"]), ("9909", ["1", "1"]), ("9928", ["77"])],
)
def test_several_receipts_come_in_the_order_of_the_script(
    simulator: Simulator, listener: Listener, ending: str, statuses: list[str]
) -> None:
    phone = f"7917600{ending}"

    simulator.send("smsc", phone)

    listener.wait_for(f"phone={phone}", times=len(statuses))
    assert statuses_of(listener, phone) == statuses


@pytest.mark.parametrize(
    ("ending", "twilio", "seventech"),
    [
        ("9926", ["delivered", "sent"], ["DELIVERED", "ACCEPTED"]),
        ("9927", ["sent", "delivered"], ["ACCEPTED", "DELIVERED"]),
        ("9928", ["rerouted"], ["REROUTED"]),
    ],
)
def test_the_other_providers_have_words_of_their_own(
    simulator: Simulator, listener: Listener, ending: str, twilio: list[str], seventech: list[str]
) -> None:
    phone = f"7917601{ending}"
    paths = {name: f"/several/{name}/{ending}" for name in ("twilio", "seventech")}

    for name, path in paths.items():
        simulator.send(name, phone, callback=listener.url + path)

    by_twilio = listener.wait_for(paths["twilio"], times=len(twilio))
    by_seventech = listener.wait_for(paths["seventech"], times=len(seventech))
    assert [parse_qs(heard.body)["MessageStatus"][0] for heard in by_twilio] == twilio
    assert [json.loads(heard.body)["state"] for heard in by_seventech] == seventech


def test_the_order_holds_although_the_first_receipt_is_refused() -> None:
    with listening() as listener:
        listener.statuses[:] = [500, 500]
        receipts = receipts_to(listener.url, Counter())

        receipts.schedule(MESSAGE, replace(FATES["out-of-order"], delay=0))

        wait_until(lambda: receipts.counts() == {"pending": 0, "sent": 2, "given_up": 0})
        told = [parse_qs(heard.body)["report"][0] for heard in listener.heard]
        assert told == [Report.DELIVERED] * 3 + [Report.SENT]


def test_an_sms_is_settled_when_its_last_receipt_is_through() -> None:
    through: list[int] = []

    class Settled(Counter[int]):
        def update(self, numbers: object = None) -> None:  # type: ignore[override]
            # Without numbers when it is made.
            through.extend([len(listener.heard)] if numbers else [])

    with listening() as listener:
        receipts = receipts_to(listener.url, Settled())

        receipts.schedule(MESSAGE, replace(FATES["interim"], delay=0))

        wait_until(lambda: receipts.counts()["sent"] == 2)
        wait_until(lambda: bool(through))
    assert through == [2]


@pytest.mark.parametrize("provider", ["smsc", "twilio", "seventech"])
def test_a_receipt_can_come_before_the_reply(tmp_path: Path, provider: str) -> None:
    with listening() as listener:
        options = ["--receipt-delay", "600", "--smsc-callback", f"{listener.url}/early"]
        with started(tmp_path, *options) as simulator:
            answer = simulator.send(provider, "79170009925", callback=f"{listener.url}/early")
            heard = len(listener.about("/early"))

    assert answer.ok
    assert heard == 1


def test_the_reply_waits_until_the_early_receipt_is_answered(tmp_path: Path) -> None:
    answered = []
    with socket.create_server(("127.0.0.1", 0)) as slow:

        def answer_slowly() -> None:
            connection, _ = slow.accept()
            with connection:
                connection.recv(65_536)
                time.sleep(0.4)
                answered.append(time.monotonic())
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = Thread(target=answer_slowly)
        thread.start()
        callback = f"http://127.0.0.1:{slow.getsockname()[1]}"
        with started(tmp_path, "--smsc-callback", callback) as simulator:
            simulator.send("smsc", "79170009925")
            replied = time.monotonic()
        thread.join()

    assert replied > answered[0]


def test_an_early_receipt_that_is_refused_is_tried_again_like_any(tmp_path: Path) -> None:
    with listening() as listener:
        listener.statuses[:] = [500]
        with started(tmp_path, "--smsc-callback", listener.url, "--retry-pause", "0.05") as simulator:
            simulator.send("smsc", "79170009925")

            assert len(listener.wait_for("phone=79170009925", times=2)) == 2
