"""Twilio on the wire: 201 with a Message resource, errors with codes, signed callbacks."""

from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

import pytest
import requests
from twilio.request_validator import RequestValidator

from tests.simulator.running import TWILIO_SID, Listener, Simulator


def test_a_message_is_queued_and_its_segments_are_counted_in_a_string(
    simulator: Simulator, phone: str
) -> None:
    answer = simulator.twilio(To=f"+{phone}", Body="я" * 71)

    message = answer.json()
    assert answer.status_code == 201
    assert (message["status"], message["num_segments"], message["price"]) == ("queued", "2", None)
    assert (message["to"], message["account_sid"]) == (f"+{phone}", TWILIO_SID)
    assert message["sid"].startswith("SM")
    assert parsedate_to_datetime(message["date_created"]).utcoffset() is not None


def test_a_messaging_service_stands_in_for_a_number(simulator: Simulator, phone: str) -> None:
    service = "MG" + "a" * 32

    message = simulator.twilio(To=f"+{phone}", From="", MessagingServiceSid=service).json()

    assert (message["status"], message["messaging_service_sid"], message["from"]) == (
        "accepted",
        service,
        None,
    )


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "a" * 1601}, 21617),
        ({"StatusCallback": "/relative"}, 21609),
        ({"StatusCallback": "http://under_score.example/"}, 21609),
        ({"StatusCallback": "http://[broken"}, 21609),
    ],
    ids=str,
)
def test_what_is_missing_or_wrong_is_refused_with_twilios_code_and_complained_about(
    simulator: Simulator, form: dict[str, str], code: int
) -> None:
    before = simulator.counts("twilio")["complaints"]

    answer = simulator.twilio(**({"To": "+79170000000"} | form))

    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (400, 400, code)
    assert simulator.counts("twilio")["complaints"] == before + 1


@pytest.mark.parametrize(
    ("to", "code"),
    [("79170000000", 21211), ("+79179999901", 21211), ("+79179999902", 21614), ("+79179999903", 21610)],
)
def test_a_refused_number_has_its_code(simulator: Simulator, to: str, code: int) -> None:
    answer = simulator.twilio(To=to)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert simulator.get("/phones/" + to.lstrip("+")).status_code == 404


@pytest.mark.parametrize("account", [{"token": "wrong"}, {"sid": "AC" + "1" * 32}])
def test_a_stranger_gets_20003(simulator: Simulator, account: dict[str, str]) -> None:
    answer = simulator.twilio(**account, To="+79170000000")

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_the_balance_is_told_in_dollars(simulator: Simulator) -> None:
    url = f"{simulator.url}/twilio/2010-04-01/Accounts/{TWILIO_SID}/Balance.json"

    balance = requests.get(url, auth=(TWILIO_SID, "demo-token"), timeout=60).json()

    assert (balance["account_sid"], balance["currency"], float(balance["balance"]) > 0) == (
        TWILIO_SID,
        "USD",
        True,
    )


@pytest.mark.parametrize(
    ("ending", "status", "error"), [("9905", "undelivered", "30003"), ("8800", "delivered", None)]
)
def test_a_receipt_is_signed_as_twilios_own_library_wants_it(
    simulator: Simulator, listener: Listener, ending: str, status: str, error: str | None
) -> None:
    callback = f"{listener.url}/twilio/attempt-{ending}?a=b"

    sid = simulator.twilio(To=f"+7917555{ending}", StatusCallback=callback).json()["sid"]

    heard = listener.wait_for(f"attempt-{ending}")[0]
    form = dict(parse_qsl(heard.body))
    assert RequestValidator("demo-token").validate(callback, form, heard.headers["X-Twilio-Signature"])
    assert (form["MessageSid"], form["MessageStatus"], form.get("ErrorCode")) == (sid, status, error)
    assert (form["AccountSid"], form["To"]) == (TWILIO_SID, f"+7917555{ending}")
