"""What a check of the connection says: a sentence and what to do, for whoever sits before the form."""

from typing import Any

from smsadmin.admin.integration.provider_texts import TEXTS
from smsadmin.admin.wording import OWNER_CHECKS, REASON_SENTENCES, STATE_WORDS, Sentence
from smsadmin.i18n import _, lazy
from smsadmin.models import Account, Message
from smsadmin.providers.base import CheckFailed
from smsadmin.reasons import Reason
from smsadmin.states import State
from smsadmin.text.phones import shown

GOOD = (State.ACCEPTED, State.DELIVERED)

TELLS_ITS_END = (Reason.PROVIDER_BUSY, Reason.PROVIDER_UNREACHABLE)
"""Stops whose advice is only that they end by themselves: the card says when."""

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
    Reason.TEXT_FORBIDDEN: Sentence(
        lazy("The sender's name is not registered, or the provider does not allow such a text."),
        lazy(
            "Enter a sender that the provider has registered for you (“Change”); if it is, ask the provider."
        ),
    ),
    Reason.ACCOUNT_REFUSED: Sentence(
        lazy("The provider does not let this account send."),
        lazy(
            "Three causes are usual: the sender is not registered, the address of this site is not allowed, the "
            "contract or the account is not in force. See the provider's cabinet, or ask its support."
        ),
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
        lazy("The connection broke off, or no answer came."), lazy("Check again in a minute.")
    ),
    Reason.STRANGE_ANSWER: Sentence(
        lazy("The provider's answer could not be understood."),
        lazy("Check the provider's address in the extended view: something else may answer there."),
    ),
}
"""Reasons whose usual sentence speaks of an SMS, of waiting, or of opening the page on which this stands."""

ANOTHER_NUMBER = lazy("Check with another number of yours.")

OF_A_TEST: dict[Reason, Sentence] = {
    Reason.BAD_NUMBER: Sentence(lazy("This is not a phone number."), ANOTHER_NUMBER),
    Reason.NO_SUCH_SUBSCRIBER: Sentence(lazy("There is no such subscriber."), ANOTHER_NUMBER),
    Reason.NUMBER_REFUSED: Sentence(lazy("The provider cannot send to this number."), ANOTHER_NUMBER),
    Reason.SUBSCRIBER_BLOCKED: Sentence(lazy("The subscriber is blocked by his operator."), ANOTHER_NUMBER),
    Reason.OPTED_OUT: Sentence(
        lazy("From this number SMS have been forbidden at the provider."), ANOTHER_NUMBER
    ),
    Reason.NOT_REACHABLE: Sentence(
        lazy("The phone was off or out of reach for too long."),
        lazy("See that it is on, and check again, or with another number of yours."),
    ),
    Reason.NO_ANSWER: Sentence(
        lazy("The connection broke off, or no answer came: the test SMS may come or not."),
        lazy("Wait a minute for it before you check again."),
    ),
    Reason.STRANGE_ANSWER: Sentence(
        lazy("The provider's answer could not be understood: the test SMS may come or not."),
        lazy("Check the provider's address in the extended view: something else may answer there."),
    ),
    Reason.WORKER_STOPPED: Sentence(
        lazy("The site was stopped during the call: the test SMS may come or not."),
        lazy("Wait a minute for it before you check again."),
    ),
}
"""What is another thing to whoever holds the phone himself."""

KEY_REFUSED = Sentence(
    lazy("The provider does not accept the API key."),
    lazy(
        "Copy it anew from the provider's cabinet (“Change”), and see there whether calls are allowed only from "
        "certain addresses."
    ),
)

OUT_OF_ORDER = Sentence(
    lazy("The provider is out of order at the moment: its host reports a failure of its own."),
    lazy("Try again in a minute. If it stays so, ask the provider's support."),
)


def of_a_check(reason: Reason, account: Account) -> Sentence:
    """Return why a check of this account has failed and what to do."""
    sentence = OF_A_CHECK.get(reason) or REASON_SENTENCES[reason]
    if reason is not Reason.WRONG_PASSWORD:
        return sentence
    if not account.login:
        return KEY_REFUSED
    return Sentence(TEXTS[account.provider].sign_in_refused, sentence.advice)


def of_a_failure(error: CheckFailed, account: Account) -> Sentence:
    """Return why a question to the provider has failed and what to do."""
    # With words of the provider's behind it somebody has answered there.
    if error.reason is Reason.PROVIDER_UNREACHABLE and error.raw:
        return OUT_OF_ORDER
    return of_a_check(error.reason, account)


def of_a_stop(reason: Reason, account: Account) -> Sentence:
    """Return why an account is stopped, for the page on which it is mended."""
    usual = REASON_SENTENCES[reason]
    if usual.advice is OWNER_CHECKS:
        return of_a_check(reason, account)
    return Sentence(usual.says, "") if reason in TELLS_ITS_END and account.stopped_until else usual


def test_outcome(message: Message, account: Account) -> str:
    """Return what became of a test SMS and, where that is no good news, why and what to do."""
    state, phone = State(message.state), shown(message.phone)
    reason = Reason(message.reason) if message.reason else None
    if state is State.CANCELLED and reason is not None:
        why = _joined(of_a_check(reason, account))
        refused: str = _("The test SMS to %(phone)s was not sent. %(why)s", phone=phone, why=why)
        return refused
    said = _("Test SMS to %(phone)s: %(state)s.", phone=phone, state=STATE_WORDS[state])
    return f"{said} {_joined(OF_A_TEST.get(reason) or of_a_check(reason, account))}" if reason else said


def _joined(sentence: Any) -> str:
    return f"{sentence.says} {sentence.advice}"
