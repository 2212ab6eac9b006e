"""Faults by phone: before and after an SMS was taken, in each provider's own words."""

import socket
import time
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from tests.simulator.running import Simulator

PROVIDERS = ("smsc", "twilio", "seventech")
REFUSED_WHOLE = {
    # ending: SMSC's error_code, Twilio's status and code, SevenTech's status
    "9919": (9, (429, 20429), 429),
    "9920": (6, (400, 30450), 400),
    "9921": (2, (401, 20003), 401),
    "9922": (3, (403, 20005), 402),
    "9923": (4, (403, 20403), 403),
    "9924": (6, (400, 21606), 403),
}


def over_a_socket(simulator: Simulator, phone: str) -> bytes:
    """Everything that comes back for one SMS to SMSC, until the connection ends."""
    form = {"login": "demo", "psw": "demo-password", "fmt": "3", "charset": "utf-8", "mes": "a"}
    body = urlencode(form | {"phones": phone})
    head = (
        "POST /smsc/sys/send.php HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    )
    with socket.create_connection(("127.0.0.1", urlsplit(simulator.url).port or 0), timeout=60) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        got = b""
        while more := connection.recv(4096):
            got += more
    return got


@pytest.mark.parametrize("ending", REFUSED_WHOLE)
def test_a_whole_request_is_refused_in_the_providers_own_words(simulator: Simulator, ending: str) -> None:
    phone = f"7917100{ending}"
    code, (status, twilio_code), seventech_status = REFUSED_WHOLE[ending]

    smsc, twilio, seventech = (simulator.send(provider, phone) for provider in PROVIDERS)

    assert (smsc.status_code, smsc.json()["error_code"]) == (200, code)
    assert (twilio.status_code, twilio.json()["code"]) == (status, twilio_code)
    assert seventech.status_code == seventech_status
    assert simulator.arrived(phone) == []


def test_one_phone_that_stops_the_account_takes_the_batch_with_it(simulator: Simulator, phone: str) -> None:
    reply = simulator.smsc(list=f"{phone}:a\n79171009922:a")

    assert reply["error_code"] == 3
    assert simulator.arrived(phone) == []


def test_what_the_script_refuses_is_no_fault_of_the_caller(simulator: Simulator) -> None:
    before = {name: simulator.counts(name)["complaints"] for name in PROVIDERS}

    for name in PROVIDERS:
        simulator.send(name, "79171019921")

    assert {name: simulator.counts(name)["complaints"] for name in PROVIDERS} == before


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("ending", "taken"), [("9913", 0), ("9914", 1)])
def test_a_connection_breaks_before_or_after_the_sms_was_taken(
    simulator: Simulator, provider: str, ending: str, taken: int
) -> None:
    phone = f"7917{PROVIDERS.index(provider)}10{ending}"

    with pytest.raises(requests.ConnectionError):
        simulator.send(provider, phone)

    assert len(simulator.arrived(phone)) == taken


@pytest.mark.parametrize("ending", ["9910", "9912", "9913", "9914"])
def test_an_answer_that_does_not_come_has_no_first_byte(simulator: Simulator, ending: str) -> None:
    assert over_a_socket(simulator, f"7917103{ending}") == b""


def test_an_answer_that_is_cut_has_begun(simulator: Simulator) -> None:
    got = over_a_socket(simulator, "79171039911")

    assert got.startswith(b"HTTP/1.1 200")
    assert got.endswith(b"\r\n\r\n{")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("ending", "taken"), [("9912", 0), ("9910", 1)])
def test_a_caller_times_out_before_or_after_the_sms_was_taken(
    simulator: Simulator, provider: str, ending: str, taken: int
) -> None:
    phone = f"7917{PROVIDERS.index(provider)}11{ending}"
    began = time.monotonic()

    with pytest.raises(requests.ConnectionError):
        simulator.send(provider, phone)

    assert time.monotonic() - began >= 0.5
    assert len(simulator.arrived(phone)) == taken


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_dripping_answer_takes_its_time_and_is_whole_in_the_end(
    simulator: Simulator, provider: str
) -> None:
    phone = f"7917{PROVIDERS.index(provider)}129915"
    began = time.monotonic()

    answer = simulator.send(provider, phone)

    assert time.monotonic() - began >= 0.5
    assert answer.ok
    assert answer.json()
    assert len(simulator.arrived(phone)) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_sms_can_be_taken_and_the_answer_be_one_that_no_manual_knows(
    simulator: Simulator, provider: str
) -> None:
    phone = f"7917{PROVIDERS.index(provider)}139916"

    answer = simulator.send(provider, phone)

    assert answer.status_code == (201 if provider == "twilio" else 200)
    assert answer.json() == {"result": "done"}
    assert len(simulator.arrived(phone)) == 1


def test_an_sms_can_be_taken_although_the_server_fails_in_several_ways(simulator: Simulator) -> None:
    statuses = {simulator.send(provider, "79171149917").status_code for provider in PROVIDERS}

    assert statuses == {500, 502, 503}
    assert len(simulator.arrived("79171149917")) == 3


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_server_can_fail_before_the_sms_was_taken(simulator: Simulator, provider: str) -> None:
    assert simulator.send(provider, "79171159918").status_code == 503
    assert simulator.arrived("79171159918") == []
