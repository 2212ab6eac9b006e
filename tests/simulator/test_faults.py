"""Faults by request: the judge queues them, and the next requests meet one each."""

from typing import Any

import pytest
import requests

from smsadmin.simulator.fates import OF_A_QUESTION
from tests.simulator.running import Listener, Simulator


def test_the_next_requests_meet_one_fault_each(judge: Simulator, phone: str) -> None:
    judge.order(provider="smsc", faults=["no-money", "busy"])

    codes = [judge.smsc(list=f"{phone}:a", id=f"{phone}-{turn}").get("error_code") for turn in range(3)]

    assert codes == [3, 9, None]
    assert len(judge.arrived(phone)) == 1


def test_another_provider_does_not_meet_them(judge: Simulator, phone: str) -> None:
    judge.order(provider="smsc", faults=["no-money"])

    assert judge.send("twilio", phone).status_code == 201
    assert judge.send("seventech", phone).status_code == 200


def test_a_fault_can_come_several_times(judge: Simulator, phone: str) -> None:
    judge.order(provider="seventech", faults=["busy"], times=2)

    assert [judge.send("seventech", phone).status_code for _ in range(3)] == [429, 429, 200]


def test_a_queued_fault_goes_before_the_phones_own(judge: Simulator) -> None:
    judge.order(provider="twilio", faults=["no-money"])

    assert judge.send("twilio", "79172009901").json()["code"] == 20005


def test_a_lost_answer_by_request_leaves_the_phone_its_receipt(
    judge: Simulator, listener: Listener, phone: str
) -> None:
    judge.order(provider="smsc", faults=["reset"])

    with pytest.raises(requests.ConnectionError):
        judge.send("smsc", phone)

    assert "status=1" in listener.wait_for(f"phone={phone}")[0].body


def test_receipts_by_request_are_remembered_with_the_sms(judge: Simulator, phone: str) -> None:
    judge.order(provider="smsc", faults=["no-report"])

    judge.send("smsc", phone)

    assert judge.arrived(phone)[0]["fate"] == "no-report"


def test_a_request_that_is_malformed_uses_up_no_fault(judge: Simulator, phone: str) -> None:
    judge.order(provider="smsc", faults=["no-money"])

    assert judge.smsc(list="", phones="")["error_code"] == 1
    assert judge.smsc(list=f"{phone}:a")["error_code"] == 3


def test_what_waits_is_shown_and_cleared(judge: Simulator, phone: str) -> None:
    judge.order(provider="smsc", faults=["no-money"])
    judge.order(provider="twilio", faults=["busy", "garbage"], of="list")

    shown = judge.get("/control/faults").json()
    cleared = requests.delete(f"{judge.url}/control/faults", timeout=60).json()

    assert shown == {
        "waiting": [
            {"provider": "smsc", "of": "send", "faults": ["no-money"]},
            {"provider": "twilio", "of": "list", "faults": ["busy", "garbage"]},
        ]
    }
    assert cleared == {"waiting": []}
    assert judge.smsc(list=f"{phone}:a")["cnt"] == 1


@pytest.mark.parametrize(("fault", "code"), [("busy", 9), ("wrong-password", 2), ("blocked", 4)])
@pytest.mark.parametrize("of", ["balance", "status"])
def test_smscs_questions_meet_faults_of_their_own(judge: Simulator, of: str, fault: str, code: int) -> None:
    judge.order(provider="smsc", faults=[fault], of=of)

    assert judge.smsc(of, id="x", phone="79170000000")["error_code"] == code
    assert "error_code" not in judge.smsc(of, id="x", phone="79170000000")


@pytest.mark.parametrize("of", ["balance", "status", "list"])
def test_twilios_questions_meet_faults_of_their_own(judge: Simulator, of: str, phone: str) -> None:
    sid = judge.send("twilio", phone).json()["sid"]
    page = {"balance": "Balance.json", "status": f"Messages/{sid}.json", "list": "Messages.json"}[of]
    judge.order(provider="twilio", faults=["wrong-password", "garbage", "server-error", "refused-5xx"], of=of)

    answers = [judge.twilio_asked(page) for _ in range(5)]

    assert [answer.ok for answer in answers] == [False, True, False, False, True]
    assert (answers[0].json()["code"], answers[1].json()) == (20003, {"result": "done"})
    assert (answers[3].status_code, answers[2].status_code >= 500) == (503, True)


@pytest.mark.parametrize("fault", ["hang-before", "reset"])
def test_a_question_can_stay_without_an_answer(judge: Simulator, fault: str) -> None:
    judge.order(provider="smsc", faults=[fault], of="balance")

    with pytest.raises(requests.ConnectionError):
        judge.smsc("balance")


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({"provider": "smsc"}, "faults: None"),
        ({"provider": "nexmo", "faults": ["busy"]}, "provider: 'nexmo'"),
        ({"provider": ["smsc"], "faults": ["busy"]}, "provider: ['smsc']"),
        ({"faults": ["busy"]}, "provider: None"),
        ({"provider": "smsc", "faults": []}, "faults: []"),
        ({"provider": "smsc", "faults": "busy"}, "faults: 'busy'"),
        ({"provider": "smsc", "faults": ["busy", "lazy"]}, "faults: 'lazy'"),
        ({"provider": "smsc", "faults": [["busy"]]}, "faults: ['busy']"),
        ({"provider": "smsc", "faults": ["busy"], "of": "list"}, "of: 'list'"),
        ({"provider": "seventech", "faults": ["busy"], "of": "balance"}, "of: 'balance'"),
        ({"provider": "smsc", "faults": ["late"], "of": "status"}, "faults: 'late'"),
        ({"provider": "smsc", "faults": ["busy"], "times": 0}, "times: 0"),
        ({"provider": "smsc", "faults": ["busy"], "times": True}, "times: True"),
        ({"provider": "smsc", "faults": ["busy"], "times": 10_001}, "times: 10001"),
        ({"provider": "smsc", "faults": ["busy"], "count": 2}, "'count'"),
    ],
    ids=str,
)
def test_what_cannot_be_played_is_a_400_that_names_the_value(
    judge: Simulator, order: dict[str, Any], named: str
) -> None:
    answer = judge.order(**order)

    assert (answer.status_code, answer.json()["error"][: len(named)]) == (400, named)
    assert judge.get("/control/faults").json() == {"waiting": []}


def test_what_is_no_json_object_is_a_400_too(judge: Simulator) -> None:
    answer = requests.post(f"{judge.url}/control/faults", "provider=smsc", timeout=60)

    assert (answer.status_code, "JSON object" in answer.json()["error"]) == (400, True)


def test_a_queue_has_an_end(judge: Simulator) -> None:
    judge.order(provider="smsc", faults=["busy"], times=10_000)

    assert judge.order(provider="smsc", faults=["busy"]).status_code == 400


@pytest.mark.parametrize("fault", OF_A_QUESTION)
def test_every_fault_of_a_question_can_be_played(judge: Simulator, fault: str) -> None:
    judge.order(provider="smsc", faults=[fault], of="balance")

    try:
        met = judge.smsc_answer("balance")
    except requests.RequestException:
        met = None

    if fault != "drip":
        assert met is None or met.status_code >= 500 or "balance" not in met.json()
    assert judge.smsc("balance")["balance"]
