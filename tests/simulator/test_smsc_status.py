"""SMSC's status.php, and the price of a send that is not made."""

from collections.abc import Callable
from contextlib import nullcontext
from hashlib import md5, sha1
from pathlib import Path
from urllib.parse import parse_qs
from zlib import crc32

import pytest
import requests

from tests.simulator.running import SMSC_SECRET, Listener, Simulator, listening, started


def test_one_message_is_answered_by_an_object(simulator: Simulator, listener: Listener, phone: str) -> None:
    simulator.smsc(id="s-1", list=f"{phone}:a")
    listener.wait_for(f"phone={phone}")

    status = simulator.smsc("status", id="s-1", phone=phone)

    assert (status["status"], status["err"], status["id"], status["phone"]) == (1, 0, "s-1", phone)
    assert status["last_timestamp"] > 1_700_000_000
    assert len(status["last_date"]) == len("31.12.2026 23:59:59")
    assert "message" not in status


def test_several_messages_are_answered_by_a_list_in_the_order_of_the_question(
    simulator: Simulator, phone: str
) -> None:
    other = str(int(phone) + 500_000)
    simulator.smsc(id="s-2", list=f"{phone}:a\n{other}:a")

    statuses = simulator.smsc("status", id="s-2,s-none,s-2", phone=f"{other},{phone},{phone}")

    told = [(entry["id"], entry["phone"], entry["status"] == -3) for entry in statuses]
    assert told == [("s-2", other, False), ("s-none", phone, True), ("s-2", phone, False)]


def test_a_comma_behind_a_single_message_asks_for_a_list(simulator: Simulator, phone: str) -> None:
    [status] = simulator.smsc("status", id="s-none-2,", phone=f"{phone},")

    assert status["status"] == -3


@pytest.mark.parametrize(
    ("ending", "status", "error"),
    [
        ("9904", 20, 1),
        ("9905", 3, 6),
        ("9906", 23, 253),
        ("9907", 0, 0),
        ("9910", 0, 0),
        ("9925", 1, 0),
        ("9928", 77, 0),
    ],
)
def test_the_status_is_where_the_receipts_have_got_to(
    simulator: Simulator, listener: Listener, ending: str, status: int, error: int
) -> None:
    phone = f"7917300{ending}"
    with pytest.raises(requests.ConnectionError) if ending == "9910" else nullcontext():
        simulator.smsc(id="s-3", list=f"{phone}:a")
    if ending not in {"9907", "9910"}:
        listener.wait_for(f"phone={phone}")

    told = simulator.smsc("status", id="s-3", phone=phone)

    assert (told["status"], told["err"]) == (status, error)


def test_before_its_receipt_a_message_is_on_its_way(tmp_path: Path) -> None:
    with started(tmp_path, "--receipt-delay", "600") as simulator:
        simulator.smsc(id="1", list="79170000001:a")

        assert simulator.smsc("status", id="1", phone="79170000001")["status"] == 0


def test_more_is_told_when_more_is_asked_for(simulator: Simulator, phone: str) -> None:
    simulator.smsc(id="s-4", list=f"{phone}:Привет", sender="SHOP")

    one, two = (simulator.smsc("status", id="s-4", phone=phone, all=all_) for all_ in "12")

    assert (one["message"], one["sender_id"], one["cost"]) == ("Привет", "SHOP", "3.50")
    assert "operator" not in one
    assert {"country", "operator", "region"} <= set(two)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"id": ""}, 1),
        ({"phone": ""}, 1),
        ({"id": "1,2"}, 1),
        ({"fmt": "1"}, 1),
        ({"charset": ""}, 1),
        ({"all": "3"}, 1),
        ({"del": "1"}, 5),
    ],
    ids=str,
)
def test_a_question_that_breaks_the_protocol_is_refused_and_complained_about(
    simulator: Simulator, wrong: dict[str, str], code: int
) -> None:
    before = simulator.counts("smsc")["complaints"]

    reply = simulator.smsc("status", **({"id": "1", "phone": "79170000000"} | wrong))

    assert reply["error_code"] == code
    assert simulator.counts("smsc")["complaints"] == before + 1


def test_what_was_not_found_is_never_accepted_afterwards(simulator: Simulator, phone: str) -> None:
    other = str(int(phone) + 500_000)
    simulator.smsc("status", id="s-5", phone=phone)

    refused = simulator.smsc(id="s-5", list=f"{other}:a\n{phone}:a")

    assert refused["error_code"] == 1
    assert simulator.arrived(phone) == simulator.arrived(other) == []
    assert "there is no such message" in simulator.complaints()[-1]


def test_another_id_and_another_phone_are_still_accepted(simulator: Simulator, phone: str) -> None:
    other = str(int(phone) + 500_000)
    simulator.smsc("status", id="s-6", phone=phone)

    assert simulator.smsc(id="s-7", list=f"{phone}:a")["cnt"] == 1
    assert simulator.smsc(id="s-6", list=f"{other}:a")["cnt"] == 1


def test_it_keeps_its_word_over_a_restart(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        first.smsc("status", id="1", phone="79170000000")
    with started(tmp_path) as second:
        assert second.smsc(id="1", list="79170000000:a")["error_code"] == 1


def test_an_answer_that_nobody_could_read_promises_nothing(judge: Simulator, phone: str) -> None:
    judge.order(provider="smsc", faults=["server-error"], of="status")
    judge.smsc_answer("status", id="s-8", phone=phone)

    assert judge.smsc(id="s-8", list=f"{phone}:a")["cnt"] == 1


def test_the_price_is_told_and_nothing_is_sent(simulator: Simulator, phone: str) -> None:
    reply = simulator.smsc(cost="1", list=f"{phone}:{'я' * 71}\n{int(phone) + 500_000}:a")

    assert reply == {"cost": "10.50", "cnt": 3}
    assert simulator.arrived(phone) == []


def test_bad_numbers_have_no_price(simulator: Simulator) -> None:
    assert simulator.smsc(cost="1", list="123:a")["error_code"] == 7


def test_sending_later_is_not_played(simulator: Simulator, phone: str) -> None:
    assert simulator.smsc(list=f"{phone}:a", time="0112301200")["error_code"] == 5
    assert simulator.arrived(phone) == []


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("md5", lambda signed: md5(signed).hexdigest()),
        ("sha1", lambda signed: sha1(signed).hexdigest()),
        ("crc32", lambda signed: str(crc32(signed))),
    ],
)
def test_a_receipt_is_signed_as_the_cabinet_says(
    tmp_path: Path, name: str, sign: Callable[[bytes], str]
) -> None:
    with listening() as listener:
        options = ["--smsc-callback", listener.url, "--smsc-callback-secret", SMSC_SECRET]
        options += ["--smsc-signature", name, "--receipt-delay", "0.02"]
        with started(tmp_path, *options) as simulator:
            simulator.smsc(id="1", list="79170000001:a")
            [heard] = listener.wait_for("phone=79170000001")

    receipt = parse_qs(heard.body)
    assert receipt[name] == [sign(f"1:79170000001:1:{SMSC_SECRET}".encode())]
    assert {"md5", "sha1", "crc32"} & set(receipt) == {name}
