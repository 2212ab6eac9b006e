"""What the adapters made of a provider's replies, for whoever watches the wire: a 200 alone says little.

SMSC puts its errors inside a 200, and anybody's page may answer at an address that is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar, cast

from smsadmin.providers.base import Answer, Balance, CheckFailed, Credentials, Found, Missing, Outcome, Quote
from smsadmin.providers.exchange import Exchange, Verdict
from smsadmin.reasons import Reason

UNREADABLE = (Reason.STRANGE_ANSWER, Reason.PROVIDER_UNREACHABLE)
"""Why a question has failed where the reply itself could not be read; out of reach, there is no reply to judge."""

Method = TypeVar("Method", bound=Callable[..., Any])


def of_answers(answers: Sequence[Answer]) -> Verdict:
    """Judge the reply to a request that hands over messages."""
    outcomes = {answer.outcome for answer in answers}
    if Outcome.UNKNOWN in outcomes:
        return Verdict.NOT_UNDERSTOOD
    if Outcome.ACCEPTED not in outcomes:
        return Verdict.REFUSED
    return Verdict.UNDERSTOOD if outcomes == {Outcome.ACCEPTED} else Verdict.PARTLY_REFUSED


def of_balance(_balance: Balance) -> Verdict:
    """Judge the reply to a question about the balance that told it."""
    return Verdict.UNDERSTOOD


def of_quote(_quote: Quote) -> Verdict:
    """Judge the reply to a question about a price that told it."""
    return Verdict.UNDERSTOOD


def of_found(found: Sequence[Found]) -> Verdict:
    """Judge the reply to a question about what became of messages."""
    if Missing.UNCLEAR in found:
        return Verdict.NOT_UNDERSTOOD
    return Verdict.NOT_FOUND if set(found) == {Missing.NOT_FOUND} else Verdict.UNDERSTOOD


def of_failure(error: CheckFailed) -> Verdict:
    """Judge the reply to a question that was not answered."""
    return Verdict.NOT_UNDERSTOOD if error.reason in UNREADABLE else Verdict.REFUSED


def judged(judge: Callable[[Any], Verdict]) -> Callable[[Method], Method]:
    """Let whoever watches an adapter's method see its exchanges with what the method made of them.

    The method makes one request and takes the credentials first; `judge` is given what it returns.
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        def with_verdict(adapter: Any, credentials: Credentials, *args: Any, **kwargs: Any) -> Any:
            watch = credentials.way.watch
            if watch is None:
                return method(adapter, credentials, *args, **kwargs)
            seen: list[Exchange] = []
            way = replace(credentials.way, watch=seen.append)
            # Until the method has returned: an error of ours on the way leaves the reply unread.
            verdict = Verdict.NOT_UNDERSTOOD
            try:
                told = method(adapter, replace(credentials, way=way), *args, **kwargs)
                verdict = judge(told)
            except CheckFailed as error:
                verdict = of_failure(error)
                raise
            finally:
                for exchange in seen:
                    watch(exchange if exchange.status is None else replace(exchange, verdict=verdict))
            return told

        return cast(Method, with_verdict)

    return decorate
