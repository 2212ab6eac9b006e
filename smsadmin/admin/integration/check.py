"""The check of a connection: the balance, then a test SMS to oneself, each with its time and what went wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from flask import session

from smsadmin.accounts import refresh_balance, stopped
from smsadmin.admin.integration.check_wording import GOOD, of_a_failure, test_outcome
from smsadmin.admin.integration.going_on import let_go_on
from smsadmin.admin.wording import Sentence
from smsadmin.broadcasts.account_change import account_of
from smsadmin.database import read, write
from smsadmin.host import StaffMember
from smsadmin.i18n import _, lazy
from smsadmin.integration import integration
from smsadmin.models import Account, Message
from smsadmin.providers import PROVIDERS, provider
from smsadmin.providers.base import CheckFailed
from smsadmin.sending.lookups import stop_if_refused
from smsadmin.sending.to_oneself import Addressee, Closed, SentBefore, send_test
from smsadmin.shown import shown_money
from smsadmin.states import State
from smsadmin.text.template import prefixed

KEPT = "sms_check"
"""Where the visitor's session keeps the last check until it is shown; no phone and no text is in it."""

UNSENT = Sentence(lazy("No test SMS was sent: SMS is switched off."), lazy("Switch it on, then check again."))
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
    unsent: bool = False
    """It was we who sent no test SMS, so the provider has answered nothing that could be looked up."""

    @property
    def failed(self) -> bool:
        """Say whether something went wrong."""
        return any(step.good is False for step in self.steps)

    @property
    def refused(self) -> bool:
        """Say whether something went wrong at the provider, or on the way there."""
        return self.failed and not self.unsent


def check(account: Account, member: StaffMember, phone: str, form: str) -> None:
    """Ask for the balance and, where it comes, send a test SMS; keep what came of it; raise `NoKey`.

    Each of the two takes 10 seconds at most. A balance of 0 or less says nothing: an account may be on credit.
    A form whose button is pressed twice sends one test SMS: `form` is its unguessable name. The test is the one
    call that goes through a stopped account; when it is taken, the stop is over.
    """
    kept = _checked(account, Addressee(member.key, member.name, phone), form)
    if stopped(account) and _test_was_taken(kept):
        kept["went_on"] = let_go_on(account, member)
    session[KEPT] = {"provider": account.provider} | kept


def _checked(account: Account, addressee: Addressee, form: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if provider(account.provider).abilities.balance:
        kept["balance_ms"], why = _timed(lambda: _balance(account))
        if why:
            return kept | {"balance_says": str(why.says), "balance_advice": str(why.advice)}
    text = prefixed(integration().text_prefix, _("This is a test: SMS can be sent."))
    try:
        kept["test_ms"], kept["test_id"] = _timed(
            lambda: send_test(account, addressee, text, form, even_stopped=True).id
        )
    except SentBefore as before:
        kept["test_id"], kept["again"] = before.message_id, True
    except Closed:
        kept["unsent"] = True
    return kept


def keep_refusal(account: Account, why: Sentence) -> None:
    """Keep that the balance alone was asked for and refused, for the next page to show as a check."""
    said = {"balance_says": str(why.says), "balance_advice": str(why.advice)}
    session[KEPT] = {"provider": account.provider, "balance_ms": None} | said


def _test_was_taken(kept: dict[str, Any]) -> bool:
    """Say whether this very check, no earlier one, has sent a test SMS that the provider took."""
    return "test_id" in kept and "again" not in kept and _the_test(kept).state in GOOD


def last_check(name: str) -> Check | None:
    """Return the check that was just made of this provider, once."""
    kept = session.get(KEPT)
    account = account_of(name)
    if account is None or not isinstance(kept, dict) or kept.get("provider") != name:
        return None
    del session[KEPT]
    steps = [_balance_step(account, kept)]
    if "test_id" in kept or "unsent" in kept:
        steps.append(_test_step(account, kept))
    if "went_on" in kept:
        steps.append(Step(True, kept["went_on"]))
    return Check(steps, "unsent" in kept)


def _timed(call: Callable[[], Any]) -> tuple[int, Any]:
    """Return how long a call took, in milliseconds, and what it returned."""
    started = monotonic()
    told = call()
    return round((monotonic() - started) * 1000), told


def _balance(account: Account) -> Sentence | None:
    """Return why the balance could not be had; None when it came."""
    try:
        refresh_balance(account)
    except CheckFailed as error:
        keep_stopped(account, error)
        return of_a_failure(error, account)
    return None


def keep_stopped(account: Account, error: CheckFailed) -> None:
    """Stop an account whose question was refused as every SMS of it would be, so that each later page says so too."""
    write(lambda session: stop_if_refused(session, account, error.reason))


def _balance_step(account: Account, kept: dict[str, Any]) -> Step:
    if "balance_ms" not in kept:
        title = PROVIDERS[account.provider].title
        return Step(None, _("%(provider)s does not tell the balance.", provider=title))
    if "balance_says" in kept:
        return Step(False, kept["balance_says"], kept["balance_advice"], kept["balance_ms"])
    amount = shown_money(account.balance, account.balance_currency)
    return Step(True, _("Balance: %(amount)s.", amount=amount), milliseconds=kept["balance_ms"])


def _test_step(account: Account, kept: dict[str, Any]) -> Step:
    if "test_id" in kept:
        message = _the_test(kept)
        # Pressed twice, the second answer may come while the first call is still under way.
        good = None if message.state == State.SENDING else message.state in GOOD
        again = _("This check was started already: no second SMS is sent.") if "again" in kept else ""
        return Step(good, test_outcome(message, account), again, kept.get("test_ms"))
    return Step(False, str(UNSENT.says), str(UNSENT.advice))


def _the_test(kept: dict[str, Any]) -> Message:
    return read(lambda session: session.get_one(Message, kept["test_id"]))
