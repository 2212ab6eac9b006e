"""The check of a connection: the balance, then a test SMS to oneself, each with its time and what went wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from flask import session

from smsadmin.accounts import refresh_balance
from smsadmin.admin.integration.check_wording import GOOD, of_a_check, test_outcome
from smsadmin.admin.times import shown_money
from smsadmin.admin.wording import Sentence
from smsadmin.broadcasts.account_change import account_of
from smsadmin.database import read
from smsadmin.i18n import _, lazy
from smsadmin.integration import integration
from smsadmin.models import Account, Message
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import CheckFailed
from smsadmin.reasons import Reason
from smsadmin.sending.to_oneself import Addressee, Closed, send_test
from smsadmin.text.template import prefixed

KEPT = "sms_check"
"""Where the visitor's session keeps the last check until it is shown; no phone and no text is in it."""

EMPTY, OFF, STOPPED = "empty", "off", "stopped"

UNSENT: dict[str, Sentence] = {
    EMPTY: Sentence(
        lazy("No test SMS was sent: there is no money on the account."), of_a_check(Reason.NO_MONEY).advice
    ),
    OFF: Sentence(
        lazy("No test SMS was sent: SMS is switched off."), lazy("Switch it on, then check again.")
    ),
    STOPPED: Sentence(
        lazy("No test SMS was sent: the account is stopped."),
        lazy("Press “Check and go on”, then check again."),
    ),
}
"""Why the provider was not even asked to take a test SMS."""


class Step(NamedTuple):
    """One step of a check; `good` is None where the provider has no such step."""

    good: bool | None
    says: str
    advice: str = ""
    milliseconds: int | None = None


@dataclass(frozen=True)
class Check:
    """What a check has found, step by step."""

    steps: list[Step]

    @property
    def failed(self) -> bool:
        """Say whether something went wrong."""
        return any(step.good is False for step in self.steps)


def check(account: Account, addressee: Addressee) -> None:
    """Ask for the balance and, where that is well, send a test SMS; keep what came of it; raise `NoKey`.

    Each of the two takes 10 seconds at most.
    """
    session[KEPT] = {"provider": account.provider} | _checked(account, addressee)


def _checked(account: Account, addressee: Addressee) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if provider(account.provider).abilities.balance:
        kept["balance_ms"], kept["balance_reason"] = _timed(lambda: _balance(account))
        if kept["balance_reason"]:
            return kept
        if _is_empty(account.provider):
            return kept | {"unsent": EMPTY}
    text = prefixed(integration().text_prefix, _("This is a test: SMS can be sent."))
    try:
        kept["test_ms"], kept["test_id"] = _timed(lambda: send_test(account, addressee, text).id)
    except Closed:
        kept["unsent"] = STOPPED if integration().enabled else OFF
    return kept


def last_check(name: str) -> Check | None:
    """Return the check that was just made of this provider, once."""
    kept = session.get(KEPT)
    account = account_of(name)
    if account is None or not isinstance(kept, dict) or kept.get("provider") != name:
        return None
    del session[KEPT]
    steps = [_balance_step(account, kept)]
    if "test_id" in kept or "unsent" in kept:
        steps.append(_test_step(kept))
    return Check(steps)


def _timed(call: Callable[[], Any]) -> tuple[int, Any]:
    """Return how long a call took, in milliseconds, and what it returned."""
    started = monotonic()
    told = call()
    return round((monotonic() - started) * 1000), told


def _balance(account: Account) -> str:
    """Return why the balance could not be had; empty when it came."""
    try:
        refresh_balance(account)
    except CheckFailed as error:
        return error.reason.value
    return ""


def _is_empty(name: str) -> bool:
    account = account_of(name)
    return account is not None and account.balance is not None and account.balance <= 0


def _balance_step(account: Account, kept: dict[str, Any]) -> Step:
    if "balance_ms" not in kept:
        title = PROVIDERS[account.provider].title
        return Step(None, _("%(provider)s does not tell the balance.", provider=title))
    if kept["balance_reason"]:
        why = of_a_check(Reason(kept["balance_reason"]))
        return Step(False, str(why.says), str(why.advice), kept["balance_ms"])
    amount = shown_money(account.balance, account.balance_currency)
    return Step(True, _("Balance: %(amount)s.", amount=amount), milliseconds=kept["balance_ms"])


def _test_step(kept: dict[str, Any]) -> Step:
    if "test_id" in kept:
        message = read(lambda session: session.get_one(Message, kept["test_id"]))
        return Step(message.state in GOOD, test_outcome(message), milliseconds=kept["test_ms"])
    why = UNSENT[kept["unsent"]]
    return Step(False, str(why.says), str(why.advice))
