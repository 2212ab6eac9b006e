"""What whoever watches the wire is told of each reply: what the adapter made of it, whatever its HTTP status."""

from dataclasses import replace
from typing import Any

import pytest

from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import CheckFailed, Credentials, Missing, Provider
from smsadmin.providers.exchange import Exchange, Verdict, Way
from smsadmin.reasons import Reason
from smsadmin.states import State
from tests.providers.canned import Canned, socket_server
from tests.providers.cases import BALANCES, BATCHES, LOOKUPS, NO_TABLE, REFUSALS, TAKEN
from tests.providers.samples import account, message, question, send
from tests.providers.test_contract import answer, every_provider


class Watched:
    """An account at the canned server, and the verdicts on what it replied."""

    def __init__(self, chosen: Provider, url: str) -> None:
        self.seen: list[Exchange] = []
        self.account: Credentials = replace(account(chosen, url), way=Way(self.seen.append))

    @property
    def verdicts(self) -> list[Verdict | None]:
        return [exchange.verdict for exchange in self.seen]


def sent(name: str, canned: Canned, messages: int = 1) -> list[Verdict | None]:
    """Send and return the verdicts."""
    at = Watched(provider(name), canned.url)
    send(provider(name), at.account, [message(number + 1) for number in range(messages)])
    return at.verdicts


@every_provider
def test_a_message_that_was_taken_is_understood(name: str, canned: Canned) -> None:
    answer(canned, TAKEN[name])
    assert sent(name, canned) == [Verdict.UNDERSTOOD]


@pytest.mark.parametrize(
    ("name", "reason"), [(name, reason) for name, reasons in REFUSALS.items() for reason in reasons]
)
def test_a_refusal_is_one_also_inside_a_200(name: str, reason: Reason, canned: Canned) -> None:
    answer(canned, REFUSALS[name][reason])
    assert sent(name, canned) == [Verdict.REFUSED]


@every_provider
def test_a_refusal_with_a_code_of_no_table_is_one_too(name: str, canned: Canned) -> None:
    answer(canned, NO_TABLE[name])
    assert sent(name, canned) == [Verdict.REFUSED]


@pytest.mark.parametrize("name", list(BATCHES))
def test_a_batch_of_which_some_are_refused_is_refused_in_part(name: str, canned: Canned) -> None:
    answer(canned, BATCHES[name])
    assert sent(name, canned, messages=2) == [Verdict.PARTLY_REFUSED]


@every_provider
@pytest.mark.parametrize("body", [{}, {"ok": True}, [], b"<html>welcome</html>", b""])
def test_a_200_that_says_nothing_clear_is_not_understood(name: str, body: Any, canned: Canned) -> None:
    canned.answer(200, body)
    assert sent(name, canned) == [Verdict.NOT_UNDERSTOOD]


@every_provider
def test_without_a_whole_reply_there_is_nothing_to_judge(name: str) -> None:
    with socket_server(lambda connection: connection.recv(65_536)) as address:
        at = Watched(provider(name), f"http://{address}")
        send(provider(name), at.account)

    assert at.verdicts == [None]


@pytest.mark.parametrize("name", list(BALANCES))
def test_a_balance_that_came_is_understood_and_a_refused_one_is_not(name: str, canned: Canned) -> None:
    at = Watched(provider(name), canned.url)
    answer(canned, BALANCES[name])
    provider(name).balance(at.account, deadline=5)

    for reply in (REFUSALS[name][Reason.WRONG_PASSWORD], None):
        if reply:
            answer(canned, reply)
        else:
            canned.answer(200, {"balance": "much"})
        with pytest.raises(CheckFailed):
            provider(name).balance(at.account, deadline=5)

    assert at.verdicts == [Verdict.UNDERSTOOD, Verdict.REFUSED, Verdict.NOT_UNDERSTOOD]


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, cases in LOOKUPS.items() for case in cases]
)
def test_an_answer_about_a_message_is_judged_by_what_it_tells(name: str, case: str, canned: Canned) -> None:
    told = LOOKUPS[name][case]
    answer(canned, told.reply)
    at = Watched(provider(name), canned.url)

    provider(name).lookup(at.account, [question(provider(name))], 5)

    expected: dict[State | Missing, Verdict] = {
        Missing.NOT_FOUND: Verdict.NOT_FOUND,
        Missing.UNCLEAR: Verdict.NOT_UNDERSTOOD,
    }
    assert at.verdicts == [expected.get(told.means, Verdict.UNDERSTOOD)]


@pytest.mark.parametrize("name", list(LOOKUPS))
def test_a_provider_that_is_out_of_order_is_not_understood(name: str, canned: Canned) -> None:
    canned.answer(503, b"<html>maintenance</html>")
    at = Watched(provider(name), canned.url)

    with pytest.raises(CheckFailed):
        provider(name).lookup(at.account, [question(provider(name))], 5)

    assert at.verdicts == [Verdict.NOT_UNDERSTOOD]


def test_where_smsc_is_asked_after_an_error_each_of_the_two_has_its_own_verdict(canned: Canned) -> None:
    canned.answer(200, {"error": "duplicate request", "error_code": 9}, page="send.php")
    canned.answer(200, {"status": 1, "err": 0}, page="status.php")

    assert sent("smsc", canned) == [Verdict.REFUSED, Verdict.UNDERSTOOD]


def test_an_error_of_ours_in_reading_leaves_the_reply_not_understood_and_seen(
    canned: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("smsadmin.providers.seventech.read_reply", fail)
    at = Watched(provider("seventech"), canned.url)

    with pytest.raises(RuntimeError):
        send(provider("seventech"), at.account)

    assert at.verdicts == [Verdict.NOT_UNDERSTOOD]


def test_nobody_is_judged_worse_for_being_watched(canned: Canned) -> None:
    for name in PROVIDERS:
        answer(canned, TAKEN[name])
        at = Watched(provider(name), canned.url)
        assert send(provider(name), at.account) == send(provider(name), account(provider(name), canned.url))
