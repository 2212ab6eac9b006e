"""The process: it remembers over a restart, ends quickly, and shows its books to this machine only."""

import json
import time
from pathlib import Path
from threading import Thread

import pytest
import requests

from smsadmin.simulator.__main__ import main
from smsadmin.simulator.app import create_app, create_network
from smsadmin.simulator.settings import Settings
from tests.simulator.running import Simulator, listening, started


def test_the_phones_keep_their_sms_over_a_restart(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        first.smsc(list="79170000000:a", id="1")
        first.smsc(list="79170000000:a", id="2")
    with started(tmp_path) as second:
        counts = second.counts("smsc")
        messages = second.get("/control/messages", after=1).json()

    assert (counts["received"], counts["duplicates"]) == (2, 1)
    assert (messages["last"], [message["id"] for message in messages["messages"]]) == (2, ["2"])


def test_a_receipt_that_was_not_sent_yet_is_sent_after_the_restart(tmp_path: Path) -> None:
    with listening() as listener:
        with started(tmp_path, "--smsc-callback", listener.url, "--receipt-delay", "600") as first:
            first.smsc(list="79170000000:a")
        with started(tmp_path, "--smsc-callback", listener.url, "--receipt-delay", "0.02"):
            listener.wait_for("phone=79170000000")

        assert len(listener.heard) == 1


def test_what_was_taken_is_on_disk_when_the_answer_comes(simulator: Simulator, phone: str) -> None:
    simulator.smsc(list=f"{phone}:Привет")

    lines = (simulator.directory / "inbox.jsonl").read_text().splitlines()
    taken = [json.loads(line).get("message", {}) for line in lines]
    assert [message["text"] for message in taken if message.get("phone") == f"+{phone}"] == ["Привет"]


def test_the_sms_of_one_phone_are_shown_alone(simulator: Simulator, phone: str) -> None:
    simulator.smsc(list=f"{phone}:a\n{int(phone) + 500_000}:b")
    simulator.smsc(list=f"{phone}:c", id="2")

    every = simulator.get("/control/messages", phone=f"+{phone}").json()
    later = simulator.get("/control/messages", phone=phone, after=every["messages"][0]["number"]).json()

    assert [message["text"] for message in every["messages"]] == ["a", "c"]
    assert [message["text"] for message in later["messages"]] == ["c"]
    assert later["last"] == every["last"]


def test_a_phone_without_digits_is_a_400_that_names_it(simulator: Simulator) -> None:
    answer = simulator.get("/control/messages", phone="иван")

    assert (answer.status_code, answer.json()) == (400, {"error": "phone: 'иван' is no number"})


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/smsc/sys/send.php"), ("POST", "/smsc/sys/sms.php"), ("PUT", "/smsc/")]
)
def test_a_request_that_no_provider_takes_is_complained_about(
    simulator: Simulator, method: str, path: str
) -> None:
    before = simulator.counts("smsc")["complaints"]

    assert requests.request(method, simulator.url + path, timeout=60).status_code in {404, 405}
    assert simulator.counts("smsc")["complaints"] == before + 1


def test_receipts_go_on_after_a_restart_as_the_judge_ordered_them(tmp_path: Path) -> None:
    with listening() as listener:
        with started(tmp_path, "--smsc-callback", listener.url, "--receipt-delay", "600") as first:
            first.order(provider="smsc", faults=["spam"])
            first.send("smsc", "79170000000")
        with started(tmp_path, "--smsc-callback", listener.url, "--receipt-delay", "0.02"):
            [heard] = listener.wait_for("phone=79170000000")

    assert "status=23" in heard.body


def test_sigterm_ends_it_quickly_also_while_a_request_hangs(tmp_path: Path) -> None:
    with started(tmp_path, "--hang", "60") as simulator:
        hanging = Thread(target=_hang, args=(simulator,))
        hanging.start()
        while not simulator.counts("smsc")["received"]:
            time.sleep(0.01)
        began = time.monotonic()
        simulator.process.terminate()

        assert simulator.process.wait(timeout=60) == 0
        assert time.monotonic() - began < 30
        hanging.join()


def _hang(simulator: Simulator) -> None:
    with pytest.raises(requests.RequestException):
        simulator.smsc(list="79170009910:a")


def test_hanging_answers_starve_nobody(tmp_path: Path) -> None:
    with started(tmp_path, "--hang", "60") as simulator:
        began = time.monotonic()
        waiting = [Thread(target=_hang, args=(simulator,)) for _ in range(20)]
        for thread in waiting:
            thread.start()
        while simulator.counts("smsc")["received"] < 20:
            time.sleep(0.01)
        assert simulator.smsc("balance")["balance"]

        assert time.monotonic() - began < 30
    for thread in waiting:
        thread.join()


def test_a_killed_watcher_leaves_no_server_behind(tmp_path: Path) -> None:
    with started(tmp_path) as simulator:
        simulator.process.kill()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                simulator.counts("smsc")
            except requests.ConnectionError:
                break
            time.sleep(0.05)
        else:
            pytest.fail("the port is still served")


def test_a_port_in_use_is_one_clear_sentence(simulator: Simulator, tmp_path: Path) -> None:
    port = simulator.url.rsplit(":", 1)[1]

    with pytest.raises(SystemExit) as refused:
        main(["--directory", str(tmp_path), "--port", port])

    reason = f"cannot listen on 127.0.0.1, port {port}: Address already in use"
    assert str(refused.value) == f"The simulator {reason}. Choose another with --port."


@pytest.mark.parametrize("argument", ["79170000000", "=hang", "79170000000=lost"])
def test_a_fate_that_is_none_is_refused_with_the_list_of_fates(
    argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--directory", "x", "--fate", argument])

    assert "no-report" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.168.1.5", 403), ("8.8.8.8", 403)]
)
def test_the_books_are_shown_to_this_machine_only(tmp_path: Path, address: str, status: int) -> None:
    settings = Settings(tmp_path)
    client = create_app(settings, create_network(settings)).test_client()

    answer = client.get("/control/messages", environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == status
