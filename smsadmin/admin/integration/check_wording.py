"""What a check of the connection says: a sentence and what to do, for whoever sits before the form."""

from typing import Any

from smsadmin.admin.wording import REASON_SENTENCES, STATE_WORDS, Sentence
from smsadmin.i18n import _, lazy
from smsadmin.models import Message
from smsadmin.reasons import Reason
from smsadmin.states import State
from smsadmin.text.phones import shown

GOOD = (State.ACCEPTED, State.DELIVERED)

OF_A_CHECK: dict[Reason, Sentence] = {
    Reason.WRONG_PASSWORD: Sentence(
        lazy("The provider does not accept the login or password."),
        lazy(
            "Copy both anew from the provider's cabinet (“Change”), and see there whether calls are allowed "
            "only from certain addresses."
        ),
    ),
    Reason.NO_MONEY: Sentence(
        lazy("There is no money on the account."),
        lazy("Top it up in the provider's cabinet, then check again."),
    ),
    Reason.ADDRESS_BLOCKED: Sentence(
        lazy("The provider has blocked the address of this site, after too many failed attempts as a rule."),
        lazy("Try nothing for half an hour, correct login and password, then check again."),
    ),
    Reason.SENDER_NOT_REGISTERED: Sentence(
        lazy("The sender's name is not registered."),
        lazy("Have it registered at the provider, or enter one that is (“Change”)."),
    ),
    Reason.ACCOUNT_REFUSED: Sentence(
        lazy("The provider does not let this account send."),
        lazy("See in the provider's cabinet what is missing, or ask its support."),
    ),
    Reason.PROVIDER_UNREACHABLE: Sentence(
        lazy("The provider's host cannot be reached."),
        lazy(
            "Try again in a minute. If it stays so, check the provider's address in the extended view, and ask "
            "whoever runs the site whether it may connect to there."
        ),
    ),
    Reason.PROVIDER_BUSY: Sentence(lazy("The provider asks to wait."), lazy("Check again in a minute.")),
    Reason.NO_ANSWER: Sentence(
        lazy("The provider did not answer within 10 seconds."), lazy("Check again in a minute.")
    ),
    Reason.STRANGE_ANSWER: Sentence(
        lazy("The provider's answer could not be understood."),
        lazy("Check the provider's address in the extended view: something else may answer there."),
    ),
}
"""Reasons whose usual sentence speaks of an SMS, of waiting, or of opening the page on which this stands."""


def of_a_check(reason: Reason) -> Sentence:
    """Return why a check has failed and what to do."""
    return OF_A_CHECK.get(reason) or REASON_SENTENCES[reason]


def test_outcome(message: Message) -> str:
    """Return what became of a test SMS and, where that is no good news, why and what to do."""
    state, phone = State(message.state), shown(message.phone)
    reason = Reason(message.reason) if message.reason else None
    if state is State.CANCELLED and reason is not None:
        why = _joined(of_a_check(reason))
        refused: str = _("The test SMS to %(phone)s was not sent. %(why)s", phone=phone, why=why)
        return refused
    said = _("Test SMS to %(phone)s: %(state)s.", phone=phone, state=STATE_WORDS[state])
    return f"{said} {_joined(REASON_SENTENCES[reason])}" if reason else said


def _joined(sentence: Any) -> str:
    return f"{sentence.says} {sentence.advice}"
