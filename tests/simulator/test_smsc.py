"""SMSC on the wire: batches, errors in a 200, refusals per number."""

from hashlib import md5
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from tests.simulator.running import SMSC_SECRET, Listener, Simulator


def fields(body: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body).items()}


def test_a_batch_with_texts_of_their_own_is_taken(simulator: Simulator, phone: str) -> None:
    other = str(int(phone) + 500_000)

    reply = simulator.smsc(id="4e1b-a", cost="3", list=f"{phone}:Привет: раз\\nдва\n{other}:{'я' * 71}")

    assert (reply["id"], reply["cnt"], reply["cost"]) == ("4e1b-a", 3, "10.50")
    assert float(reply["balance"]) < 1_000_000
    assert [(entry["phone"], entry["cost"]) for entry in reply["phones"]] == [
        (phone, "3.50"),
        (other, "7.00"),
    ]
    assert "Привет: раз\nдва" in simulator.get(f"/phones/{phone}").text


def test_one_text_goes_to_several_phones(simulator: Simulator, phone: str) -> None:
    reply = simulator.smsc(phones=f"+{phone},{int(phone) + 500_000}", mes="Всем", id="77")

    assert (reply["id"], reply["cnt"]) == (77, 2)


@pytest.mark.parametrize(("ending", "code"), [("9901", "7"), ("9902", "8"), ("9903", "8")])
def test_a_refused_number_stands_in_the_list_and_the_others_are_taken(
    simulator: Simulator, phone: str, ending: str, code: str
) -> None:
    reply = simulator.smsc(list=f"{phone}:a\n7917222{ending}:a\n123:a")

    errors = {entry["phone"]: entry.get("error") for entry in reply["phones"]}
    assert errors == {phone: None, f"7917222{ending}": code, "123": "7"}
    assert reply["cnt"] == 1


def test_without_the_list_of_numbers_a_request_of_bad_numbers_only_is_refused(simulator: Simulator) -> None:
    reply = simulator.smsc(op="0", phones="123", mes="a")

    assert (reply["error_code"], set(reply)) == (7, {"error", "error_code"})


@pytest.mark.parametrize("wrong", [{"psw": "wrong"}, {"login": "other"}, {"login": "", "psw": ""}])
def test_a_wrong_password_gets_error_2_inside_a_200(simulator: Simulator, wrong: dict[str, str]) -> None:
    assert simulator.smsc(phones="79170000000", mes="a", **wrong) == {
        "error": "authorise error",
        "error_code": 2,
    }
    assert simulator.smsc("balance", **wrong)["error_code"] == 2


def test_the_key_replaces_login_and_password(simulator: Simulator) -> None:
    reply = simulator.smsc("balance", login="", psw="", apikey="demo-password", cur="1")

    assert (reply["credit"], reply["currency"], float(reply["balance"]) > 0) == ("0", "RUB", True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"list": ""},
        {"fmt": "1"},
        {"charset": "koi8-r"},
        {"id": "with space"},
        {"id": "a" * 41},
        {"sender": "A" * 12},
        {"valid": "24:01"},
        {"valid": "00:00"},
        {"cost": "4"},
        {"list": "79170000000:a\n+79170000000:b"},
        {"list": "no colon"},
        {"list": "79170000000:" + "a" * 1001},
    ],
    ids=str,
)
def test_what_breaks_the_protocol_is_refused_and_complained_about(
    simulator: Simulator, wrong: dict[str, str]
) -> None:
    before = simulator.counts("smsc")

    reply = simulator.smsc(**({"list": "79170000000:a"} | wrong))

    after = simulator.counts("smsc")
    assert reply["error_code"] == 1
    assert after["complaints"] == before["complaints"] + 1
    assert after["received"] == before["received"]


def test_a_receipt_comes_to_the_one_address_and_is_signed(
    simulator: Simulator, listener: Listener, phone: str
) -> None:
    simulator.smsc(id="ref-1", list=f"{phone}:a")

    heard = listener.wait_for(f"phone={phone}")[0]
    receipt = fields(heard.body)
    signature = md5(f"ref-1:{phone}:1:{SMSC_SECRET}".encode()).hexdigest()
    assert heard.path == "/smsc?fmt=form"
    assert set(receipt) == {"id", "phone", "status", "err", "time", "ts", "cost", "md5"}
    assert (receipt["id"], receipt["status"], receipt["err"], receipt["cost"]) == ("ref-1", "1", "0", "3.50")
    assert receipt["md5"] == signature


@pytest.mark.parametrize(
    ("ending", "status", "error"), [("9904", "20", "1"), ("9905", "3", "6"), ("9906", "23", "253")]
)
def test_a_receipt_says_why_an_sms_was_not_delivered(
    simulator: Simulator, listener: Listener, ending: str, status: str, error: str
) -> None:
    simulator.smsc(list=f"7917333{ending}:a")

    receipt = fields(listener.wait_for(f"phone=7917333{ending}")[0].body)
    assert (receipt["status"], receipt["err"]) == (status, error)


@pytest.mark.parametrize("ending", ["9910", "9911"])
def test_a_swallowed_phone_takes_the_whole_answer_with_it_but_all_are_taken(
    simulator: Simulator, listener: Listener, phone: str, ending: str
) -> None:
    before = simulator.counts("smsc")["received"]
    form: dict[str, Any] = {
        "login": "demo",
        "psw": "demo-password",
        "fmt": "3",
        "charset": "utf-8",
        "op": "1",
    }
    form["list"] = f"{phone}:a\n7917444{ending}:a"

    with pytest.raises(requests.RequestException):
        requests.post(f"{simulator.url}/smsc/sys/send.php", form, timeout=60)

    assert simulator.counts("smsc")["received"] == before + 2
    assert listener.wait_for(f"phone={phone}")
    assert not listener.about(f"7917444{ending}")
