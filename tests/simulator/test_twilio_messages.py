"""Twilio's messages asked for again: one by its SID, many by pages; and what a request must not say."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.simulator.running import TWILIO_SID, Listener, Simulator


def sent(simulator: Simulator, phone: str, texts: str) -> list[str]:
    return [simulator.twilio(To=f"+{phone}", Body=text).json()["sid"] for text in texts]


def test_a_message_is_fetched_as_its_receipts_left_it(
    simulator: Simulator, listener: Listener, phone: str
) -> None:
    callback = f"{listener.url}/fetched"
    sid = simulator.twilio(To=f"+{phone}", StatusCallback=callback).json()["sid"]
    listener.wait_for("/fetched")

    answer = simulator.twilio_asked(f"Messages/{sid}.json")

    message = answer.json()
    assert answer.status_code == 200
    assert (message["sid"], message["status"], message["error_code"]) == (sid, "delivered", None)
    assert (message["price"], message["price_unit"]) == ("-0.05", "USD")
    assert message["date_sent"]


@pytest.mark.parametrize(
    ("ending", "status", "code"),
    [("9904", "undelivered", 30005), ("9906", "undelivered", 30007), ("9907", "sent", None)],
)
def test_a_message_says_why_it_was_not_delivered(
    simulator: Simulator, listener: Listener, ending: str, status: str, code: int | None
) -> None:
    callback = f"{listener.url}/why-{ending}"
    sid = simulator.twilio(To=f"+7917400{ending}", StatusCallback=callback).json()["sid"]
    if code:
        listener.wait_for(f"/why-{ending}")

    message = simulator.twilio_asked(f"Messages/{sid}.json").json()

    assert (message["status"], message["error_code"]) == (status, code)


def test_a_message_that_is_not_there_is_a_404(simulator: Simulator) -> None:
    answer = simulator.twilio_asked(f"Messages/SM{'0' * 32}.json")

    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_the_messages_to_a_phone_come_newest_first(simulator: Simulator, phone: str) -> None:
    sids = sent(simulator, phone, "abc")
    simulator.send("smsc", phone)

    listed = simulator.twilio_asked("Messages.json", To=f"+{phone}").json()

    assert [message["sid"] for message in listed["messages"]] == sids[::-1]
    assert listed["next_page_uri"] is None


def test_pages_follow_one_another_although_new_messages_come(simulator: Simulator, phone: str) -> None:
    sids = sent(simulator, phone, "abcde")
    page = simulator.twilio_asked("Messages.json", To=f"+{phone}", PageSize="2").json()
    found = [message["sid"] for message in page["messages"]]
    sent(simulator, phone, "f")
    while page["next_page_uri"]:
        url = f"{simulator.url}/twilio{page['next_page_uri']}"
        page = requests.get(url, auth=(TWILIO_SID, "demo-token"), timeout=60).json()
        found += [message["sid"] for message in page["messages"]]

    assert found == sids[::-1]


def test_a_page_can_be_asked_for_by_its_number(simulator: Simulator, phone: str) -> None:
    sids = sent(simulator, phone, "abc")

    page = simulator.twilio_asked("Messages.json", To=f"+{phone}", PageSize="2", Page="1").json()

    assert [message["sid"] for message in page["messages"]] == sids[:1]


def test_messages_are_found_by_sender_and_day(simulator: Simulator, phone: str) -> None:
    service = "MG" + "b" * 32
    [plain] = sent(simulator, phone, "a")
    other = simulator.twilio(To=f"+{phone}", From="", MessagingServiceSid=service).json()["sid"]
    now = datetime.now(UTC)
    today, tomorrow = now.date().isoformat(), (now + timedelta(days=1)).date().isoformat()
    minute_ago = (now - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    expected = {
        (("From", service),): [other],
        (("From", "+15005550006"),): [plain],
        (("DateSent>", today),): [other, plain],
        (("DateSent>", tomorrow),): [],
        (("DateSent>", minute_ago),): [other, plain],
        (("DateSent<", minute_ago),): [],
        (("DateSent<", tomorrow),): [other, plain],
        (("DateSent", tomorrow),): [],
    }

    for query, sids in expected.items():
        listed = simulator.twilio_asked("Messages.json", **{"To": f"+{phone}", **dict(query)}).json()
        assert [message["sid"] for message in listed["messages"]] == sids, query


@pytest.mark.parametrize(
    "query",
    [
        {"PageSize": "1001"},
        {"PageSize": "0"},
        {"PageSize": "many"},
        {"Page": "-1"},
        {"DateSent>": "yesterday"},
        {"DateSent": "2026-02-30"},
        {"PageToken": "PASM1"},
    ],
    ids=str,
)
def test_a_list_that_cannot_be_is_refused_and_complained_about(
    simulator: Simulator, query: dict[str, str]
) -> None:
    before = simulator.counts("twilio")["complaints"]

    answer = simulator.twilio_asked("Messages.json", **query)

    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert simulator.counts("twilio")["complaints"] == before + 1


def test_the_next_page_repeats_the_question(simulator: Simulator, phone: str) -> None:
    sent(simulator, phone, "ab")

    page = simulator.twilio_asked("Messages.json", To=f"+{phone}", PageSize="1").json()

    asked = parse_qs(urlsplit(page["next_page_uri"]).query)
    assert (asked["To"], asked["PageSize"], asked["Page"]) == ([f"+{phone}"], ["1"], ["1"])


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "79170000000"}, 21211),
        ({"To": "+7 917 000 00 00"}, 21211),
        ({"From": "a name too long"}, 21212),
        ({"From": "Имя"}, 21212),
        ({"From": "", "MessagingServiceSid": "MG1"}, 21701),
        ({"ValidityPeriod": "0"}, 21624),
        ({"ValidityPeriod": "36001"}, 21624),
        ({"ValidityPeriod": "1.5"}, 21624),
        ({"ScheduleType": "fixed"}, 35111),
        ({"SendAt": "in 1 days"}, 35111),
        ({"ScheduleType": "fixed", "SendAt": "in 1 days"}, 35118),
        ({"MessagingServiceSid": "MG" + "0" * 32, "ScheduleType": "fixed", "SendAt": "tomorrow"}, 35114),
        ({"MessagingServiceSid": "MG" + "0" * 32, "ScheduleType": "fixed", "SendAt": "in 0 days"}, 35114),
        ({"MessagingServiceSid": "MG" + "0" * 32, "ScheduleType": "fixed", "SendAt": "in 36 days"}, 35114),
        ({"MessagingServiceSid": "MG" + "0" * 32, "ScheduleType": "fixed", "SendAt": "in 1 days"}, 20001),
    ],
    ids=str,
)
def test_a_send_that_breaks_the_protocol_is_refused_and_complained_about(
    simulator: Simulator, phone: str, form: dict[str, str], code: int
) -> None:
    before = simulator.counts("twilio")["complaints"]
    if ahead := re.fullmatch(r"in (\d+) days", form.get("SendAt", "")):
        form = form | {"SendAt": in_days(int(ahead[1]))}

    answer = simulator.twilio(**({"To": f"+{phone}"} | form))

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert simulator.counts("twilio")["complaints"] == before + 1
    assert simulator.arrived(phone) == []


@pytest.mark.parametrize(
    "form", [{"ValidityPeriod": "36000"}, {"From": "Shop 24"}, {"From": "12345"}], ids=str
)
def test_a_send_at_the_borders_of_the_protocol_is_taken(
    simulator: Simulator, phone: str, form: dict[str, str]
) -> None:
    assert simulator.twilio(To=f"+{phone}", **form).status_code == 201


def test_an_account_that_can_be_none_is_complained_about(simulator: Simulator) -> None:
    before = simulator.counts("twilio")["complaints"]

    assert simulator.twilio(sid="AC1", To="+79170000000").json()["code"] == 20003
    assert simulator.counts("twilio")["complaints"] == before + 1
