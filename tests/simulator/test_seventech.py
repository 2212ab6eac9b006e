"""SevenTech on the wire, as far as it is known."""

import json
from typing import Any

import pytest
import requests

from tests.simulator.running import Listener, Simulator


def message(phone: str, **more: Any) -> dict[str, Any]:
    recipient = {"type": "MSISDN", "value": phone}
    step = {"channel": "sms", "recipient": recipient, "sender": "SHOP", "text": "Привет"}
    return {"scenario": [step], **more}


def test_a_message_is_accepted_and_reported_to_its_own_address(
    simulator: Simulator, listener: Listener, phone: str
) -> None:
    body = message(phone, callback=f"{listener.url}/seventech/key-1", clientRequestId="attempt-1")

    answer = simulator.seventech(body)

    assert (answer.status_code, answer.json()["state"]) == (200, "ACCEPTED")
    receipt = json.loads(listener.wait_for("/seventech/key-1")[0].body)
    assert receipt == {"txId": answer.json()["txId"], "clientRequestId": "attempt-1", "state": "DELIVERED"}
    assert "SHOP" in simulator.get(f"/phones/{phone}").text


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"scenario": []},
        {"scenario": ["sms"]},
        {"scenario": [{"channel": "viber"}]},
        {"scenario": [{"channel": "sms", "text": "a"}]},
        {"scenario": [{"channel": "sms", "recipient": {"type": "MSISDN", "value": "79170000000"}}]},
        message("79170000000", clientRequestId="a" * 101),
        message("79170000000", callback="relative"),
    ],
    ids=str,
)
def test_what_breaks_the_protocol_is_refused_and_complained_about(simulator: Simulator, body: Any) -> None:
    before = simulator.counts("seventech")["complaints"]

    assert simulator.seventech(body).status_code == 400
    assert simulator.counts("seventech")["complaints"] == before + 1


@pytest.mark.parametrize("phone", ["123", "79170009901"])
def test_a_number_that_cannot_be_is_refused_without_a_complaint(simulator: Simulator, phone: str) -> None:
    before = simulator.counts("seventech")

    assert simulator.seventech(message(phone)).status_code == 400

    after = simulator.counts("seventech")
    assert after == before | {"requests": before["requests"] + 1}


def test_a_wrong_password_is_a_401(simulator: Simulator) -> None:
    assert simulator.seventech(message("79170000000"), password="wrong").status_code == 401


def test_a_body_that_is_not_called_json_is_complained_about(simulator: Simulator) -> None:
    before = simulator.counts("seventech")["complaints"]
    url = f"{simulator.url}/seventech/messaging/v1/send"

    body = json.dumps(message("79170000000"))
    answer = requests.post(url, body, auth=("demo", "demo-password"), timeout=60)

    assert answer.status_code == 400
    assert simulator.counts("seventech")["complaints"] == before + 1
    assert "Content-Type" in simulator.complaints()[-1]


def test_a_request_without_http_basic_is_complained_about(simulator: Simulator) -> None:
    before = simulator.counts("seventech")["complaints"]
    url = f"{simulator.url}/seventech/messaging/v1/send"

    assert requests.post(url, json=message("79170000000"), timeout=60).status_code == 401
    assert simulator.counts("seventech")["complaints"] == before + 1
