"""Our side of each protocol against the simulator's, which was written from the same manuals by themselves."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import Headers

from smsadmin.clock import utc_now
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import (
    CallbackRequest,
    Credentials,
    Found,
    Missing,
    Outcome,
    Outgoing,
    Question,
    Receipt,
)
from smsadmin.reasons import Reason
from smsadmin.states import State
from tests.providers.samples import SECRETS
from tests.simulator.running import (
    TWILIO_SID,
    Heard,
    Listener,
    Simulator,
    listening,
    started,
    wait_until,
)

LOGINS = {
    "smsc": ("demo", "demo-password"),
    "twilio": (TWILIO_SID, "demo-token"),
    "seventech": ("demo", "demo-password"),
}
FATES = {
    "9800": (State.DELIVERED, None),
    "9904": (State.UNDELIVERED, Reason.NO_SUCH_SUBSCRIBER),
    "9905": (State.UNDELIVERED, Reason.NOT_REACHABLE),
    "9906": (State.UNDELIVERED, Reason.SPAM_FILTER),
}
"""Endings of a phone that the simulator knows, and what its receipt has to end in."""


@dataclass
class Stage:
    """A running simulator, and a listener in the place of our receipts page."""

    simulator: Simulator
    listener: Listener

    def account(self, name: str) -> Credentials:
        login, secret = LOGINS[name]
        sender = "+15005550006" if name == "twilio" else "Shop"
        return Credentials(login, secret, f"{self.simulator.url}/{name}", sender, SECRETS[1])

    def message(self, name: str, phone: str) -> Outgoing:
        attempt = f"attempt-{name}-{phone[1:]}"
        return Outgoing(attempt, phone, "Привет!\nЭто проверка", f"{self.listener.url}/{attempt}")

    def ask(self, name: str, request_id: str, message: Outgoing, provider_id: str | None = None) -> Found:
        """Ask what became of a message."""
        reference = provider(name).reference(request_id, message)
        asked = Question(reference, request_id, message.phone, message.text, utc_now(), provider_id)
        return provider(name).lookup(self.account(name), [asked], deadline=5)[0]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with ExitStack() as stack:
        listener = stack.enter_context(listening())
        options = ["--receipt-delay", "0.02", "--hang", "5"]
        options += ["--smsc-callback", f"{listener.url}/{SECRETS[1]}", "--smsc-callback-secret", SECRETS[1]]
        simulator = stack.enter_context(started(tmp_path_factory.mktemp("simulator"), *options))
        yield Stage(simulator, listener)


def _request(heard: Heard, listener: Listener) -> CallbackRequest:
    """Make of what the listener heard what our receipts page hands on."""
    is_form = heard.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    return CallbackRequest(
        method="POST",
        url=listener.url + heard.path,
        key=heard.path.rpartition("/")[2],
        query={},
        form=dict(parse_qsl(heard.body, keep_blank_values=True)) if is_form else {},
        body=b"" if is_form else heard.body.encode(),
        headers=Headers(heard.headers),
    )


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_a_message_is_taken_and_its_receipt_settles_it(name: str, stage: Stage) -> None:
    for ending, expected in FATES.items():
        # A phone per provider, to tell their receipts apart.
        message = stage.message(name, f"+792{list(PROVIDERS).index(name)}555{ending}")
        request_id = f"request-{ending}"

        [answer] = provider(name).send(stage.account(name), request_id, [message], deadline=5)
        [heard] = stage.listener.wait_for(message.phone[1:])
        [receipt] = provider(name).parse_receipt(_request(heard, stage.listener), stage.account(name))

        assert (answer.outcome, answer.reason) == (Outcome.ACCEPTED, None)
        assert receipt.reference == provider(name).reference(request_id, message)
        settled = provider(name).settle(receipt.status, receipt.error)
        # SevenTech's states tell no more than "expired".
        told = (
            expected
            if name != "seventech" or expected[1] is None
            else (expected[0], Reason.EXPIRED_AT_OPERATOR)
        )
        assert (settled.state, settled.reason) == told


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_a_bad_number_is_rejected(name: str, stage: Stage) -> None:
    message = stage.message(name, "+79265559901")

    [answer] = provider(name).send(stage.account(name), "request-bad", [message], deadline=5)

    assert (answer.outcome, answer.reason) == (Outcome.REJECTED, Reason.NUMBER_REFUSED)


@pytest.mark.parametrize("name", list(PROVIDERS))
@pytest.mark.parametrize("ending", ["9910", "9911"])
def test_a_lost_answer_is_unknown(name: str, ending: str, stage: Stage) -> None:
    message = stage.message(name, f"+7926555{ending}")

    [answer] = provider(name).send(stage.account(name), f"request-{ending}", [message], deadline=2)

    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, Reason.NO_ANSWER)


@pytest.mark.parametrize("name", list(PROVIDERS))
def test_a_wrong_password_is_the_accounts_problem(name: str, stage: Stage) -> None:
    account = replace(stage.account(name), secret="wrong")

    [answer] = provider(name).send(account, "request-x", [stage.message(name, "+79265550001")], deadline=5)

    assert (answer.outcome, answer.reason) == (Outcome.ACCOUNT_PROBLEM, Reason.WRONG_PASSWORD)


def test_a_batch_of_smsc_arrives_whole_and_each_number_has_its_answer(stage: Stage) -> None:
    messages = [stage.message("smsc", f"+792655{number}") for number in (70001, 70002, 59901, 59902)]

    answers = provider("smsc").send(stage.account("smsc"), "request-batch", messages, deadline=5)

    assert [answer.outcome.value for answer in answers] == ["accepted", "accepted", "rejected", "rejected"]
    arrived = stage.simulator.get("/control/messages", after=0).json()
    assert messages[0].text in str(arrived).replace("\\n", "\n")


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_the_balance_is_told(name: str, stage: Stage) -> None:
    balance = provider(name).balance(stage.account(name), deadline=5)

    assert balance.amount > 0
    assert balance.currency == {"smsc": "RUB", "twilio": "USD"}[name]


@pytest.mark.parametrize("name", ["smsc", "twilio"])
@pytest.mark.parametrize(("ending", "state"), [("9801", State.DELIVERED), ("9904", State.UNDELIVERED)])
def test_what_became_of_a_message_is_told(name: str, ending: str, state: State, stage: Stage) -> None:
    message = stage.message(name, f"+7927{list(PROVIDERS).index(name)}56{ending}")
    [answer] = provider(name).send(stage.account(name), f"asked-{ending}", [message], deadline=5)
    reference = provider(name).reference(f"asked-{ending}", message)

    def told() -> State | None:
        found = stage.ask(name, f"asked-{ending}", message, answer.provider_id)
        assert isinstance(found, Receipt)
        assert found.reference == reference
        return provider(name).settle(found.status, found.error).state

    wait_until(lambda: told() is state)


@pytest.mark.parametrize("name", ["smsc", "twilio"])
@pytest.mark.parametrize("ending", ["9910", "9911"])
def test_a_lost_answer_is_found_by_asking(name: str, ending: str, stage: Stage) -> None:
    message = stage.message(name, f"+7928{list(PROVIDERS).index(name)}55{ending}")
    [answer] = provider(name).send(stage.account(name), f"lost-{ending}", [message], deadline=2)
    assert answer.outcome is Outcome.UNKNOWN

    found = stage.ask(name, f"lost-{ending}", message)

    assert isinstance(found, Receipt)
    assert provider(name).settle(found.status, found.error).state is not None


@pytest.mark.parametrize("name", ["smsc", "twilio"])
def test_what_never_arrived_is_not_found(name: str, stage: Stage) -> None:
    message = stage.message(name, "+79290001234")

    assert stage.ask(name, "never-sent", message) is Missing.NOT_FOUND


def test_many_are_asked_about_in_one_request(stage: Stage) -> None:
    messages = [stage.message("smsc", f"+792955{number:05}") for number in range(20)]
    provider("smsc").send(stage.account("smsc"), "many", messages[:19], deadline=5)
    asked = [
        Question(provider("smsc").reference("many", each), "many", each.phone, "", utc_now())
        for each in messages
    ]

    found = provider("smsc").lookup(stage.account("smsc"), asked, deadline=5)

    assert [isinstance(each, Receipt) for each in found] == [True] * 19 + [False]
    assert found[19] is Missing.NOT_FOUND


def test_smsc_lets_a_key_in(stage: Stage) -> None:
    by_key = replace(stage.account("smsc"), login="")

    assert provider("smsc").balance(by_key, deadline=5).amount > 0


def test_the_simulator_has_nothing_to_say_about_how_we_spoke(stage: Stage) -> None:
    assert stage.simulator.get("/control/counts").json()["complaints"] == []
