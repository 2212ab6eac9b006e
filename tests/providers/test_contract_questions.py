"""What every provider tells when it is asked: the balance, and what became of a message; one suite over all three."""

from decimal import Decimal

import pytest

from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import CheckFailed, Quote, Receipt
from smsadmin.reasons import Reason
from tests.providers.canned import Canned
from tests.providers.cases import LOOKUPS, QUOTES, REFUSALS
from tests.providers.samples import account, message, question
from tests.providers.test_contract import answer, every_provider


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name, cases in LOOKUPS.items() for case in cases]
)
def test_what_became_of_a_message_is_read(name: str, case: str, canned: Canned) -> None:
    told = LOOKUPS[name][case]
    answer(canned, told.reply)

    [found] = provider(name).lookup(account(provider(name), canned.url), [question(provider(name))], 5)

    if isinstance(found, Receipt):
        assert found.reference == question(provider(name)).reference
        assert provider(name).settle(found.status, found.error).state is told.means
    else:
        assert found is told.means
    assert len(canned.seen) == 1


@pytest.mark.parametrize("name", list(LOOKUPS))
@pytest.mark.parametrize("provider_id", [None, "SM" + "1" * 32])
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, b"{}", "provider_unreachable"),
        (503, b'{"status": 1}', "provider_unreachable"),
        (301, b"", "strange_answer"),
        (403, b"<html>no</html>", "strange_answer"),
    ],
)
def test_a_question_that_gets_a_strange_answer_proves_nothing(
    name: str, provider_id: str | None, status: int, body: bytes, reason: str, canned: Canned
) -> None:
    canned.answer(status, body)
    asked = [question(provider(name), provider_id=provider_id)]

    with pytest.raises(CheckFailed) as failed:
        provider(name).lookup(account(provider(name), canned.url), asked, 5)

    assert failed.value.reason == reason


@every_provider
def test_a_question_to_a_provider_out_of_reach_or_without_answers_says_so(name: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        provider(name).lookup(account(provider(name)), [question(provider(name))], 5)

    can = provider(name).abilities.lookup is not None
    assert failed.value.reason is (Reason.PROVIDER_UNREACHABLE if can else Reason.UNCLASSIFIED)


@every_provider
def test_a_balance_that_cannot_be_had_says_why(name: str, canned: Canned) -> None:
    answer(canned, REFUSALS[name][Reason.WRONG_PASSWORD])

    with pytest.raises(CheckFailed) as failed:
        provider(name).balance(account(provider(name), canned.url), deadline=5)

    expected = Reason.WRONG_PASSWORD if provider(name).abilities.balance else Reason.UNCLASSIFIED
    assert failed.value.reason is expected


@pytest.mark.parametrize("name", [name for name in PROVIDERS if provider(name).abilities.balance])
class TestBalance:
    def test_an_amount_and_its_currency_are_read(self, name: str, canned: Canned) -> None:
        canned.answer(200, {"balance": "98.60", "currency": "RUB", "credit": "0"})

        balance = provider(name).balance(account(provider(name), canned.url), deadline=5)

        assert (str(balance.amount), balance.currency) == ("98.60", "RUB")

    @pytest.mark.parametrize(
        "said",
        [{}, {"balance": "x", "currency": "RUB"}, {"balance": "NaN", "currency": "RUB"}, {"balance": "1"}],
    )
    def test_an_answer_that_is_not_clear_is_no_balance(
        self, name: str, said: dict[str, str], canned: Canned
    ) -> None:
        canned.answer(200, said)

        with pytest.raises(CheckFailed) as failed:
            provider(name).balance(account(provider(name), canned.url), deadline=5)

        assert failed.value.reason is Reason.STRANGE_ANSWER

    def test_a_provider_that_is_out_of_order_is_said_to_be(self, name: str, canned: Canned) -> None:
        canned.answer(502, b"<html>bad gateway</html>")

        with pytest.raises(CheckFailed) as failed:
            provider(name).balance(account(provider(name), canned.url), deadline=5)

        assert failed.value.reason is Reason.PROVIDER_UNREACHABLE
        assert failed.value.raw.startswith("502 ")

    def test_a_provider_that_cannot_be_reached_is_said_to_be(self, name: str) -> None:
        with pytest.raises(CheckFailed) as failed:
            provider(name).balance(account(provider(name), "http://127.0.0.1:1"), deadline=5)

        assert failed.value.reason is Reason.PROVIDER_UNREACHABLE


@pytest.mark.parametrize("name", list(QUOTES))
def test_a_price_is_told_and_nothing_is_asked_to_be_sent(name: str, canned: Canned) -> None:
    answer(canned, QUOTES[name])

    quote = provider(name).quote(account(provider(name), canned.url), [message(1), message(2)], 5)

    assert quote == Quote(Decimal("7.00"), 2)
    assert [seen.form["cost"] for seen in canned.seen] == ["1"]


@pytest.mark.parametrize("name", list(QUOTES))
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b'{"error": "no", "error_code": 2}', "wrong_password"),
        (200, b'{"error": "no", "error_code": 777}', "strange_answer"),
        (200, b'{"cost": "7.00"}', "strange_answer"),
        (200, b'{"cost": "7.00", "cnt": 0}', "strange_answer"),
        (200, b'{"cost": "-7.00", "cnt": 1}', "strange_answer"),
        (200, b'{"cost": "much", "cnt": 1}', "strange_answer"),
        (200, b"[]", "strange_answer"),
        (404, b'{"cost": "7.00", "cnt": 2}', "strange_answer"),
        (503, b"", "provider_unreachable"),
    ],
)
def test_a_price_that_is_not_clear_is_none(
    name: str, status: int, body: bytes, reason: str, canned: Canned
) -> None:
    canned.answer(status, body)

    with pytest.raises(CheckFailed) as failed:
        provider(name).quote(account(provider(name), canned.url), [message()], 5)

    assert failed.value.reason == reason


@every_provider
def test_a_price_that_cannot_be_asked_for_is_said_so(name: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        provider(name).quote(account(provider(name)), [message()], 5)

    can = provider(name).abilities.quote
    assert failed.value.reason is (Reason.PROVIDER_UNREACHABLE if can else Reason.UNCLASSIFIED)
