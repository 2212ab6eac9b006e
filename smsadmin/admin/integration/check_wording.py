"""What the integration says after a check: a balance that could not be read, a test SMS and its outcome."""

from typing import Any

from smsadmin.admin.wording import REASON_SENTENCES, STATE_WORDS
from smsadmin.i18n import _, lazy
from smsadmin.models import Message
from smsadmin.reasons import Reason
from smsadmin.states import State
from smsadmin.text.phones import shown

GOOD = (State.ACCEPTED, State.DELIVERED)

OF_A_CHECK: dict[Reason, Any] = {
    Reason.NO_ANSWER: lazy("The provider did not answer. Try again in a minute."),
    Reason.PROVIDER_UNREACHABLE: lazy("The provider cannot be reached. Try again in a minute."),
    Reason.PROVIDER_BUSY: lazy("The provider asks to wait. Try again in a minute."),
    Reason.STRANGE_ANSWER: lazy("The provider's answer could not be understood. Ask the provider."),
}
"""Reasons whose usual sentence speaks of an SMS, or of waiting, where a person has only checked something."""


def balance_failure(reason: Reason) -> str:
    """Return why the balance could not be read and what to do."""
    return str(OF_A_CHECK.get(reason) or _sentence(reason))


def test_outcome(message: Message) -> str:
    """Return what became of a test SMS and, where that is no good news, why and what to do."""
    state, phone = State(message.state), shown(message.phone)
    reason = Reason(message.reason) if message.reason else None
    if state is State.CANCELLED and reason is not None:
        why = OF_A_CHECK.get(reason) or _sentence(reason)
        refused: str = _("The test SMS to %(phone)s was not sent. %(why)s", phone=phone, why=why)
        return refused
    said = _("Test SMS to %(phone)s: %(state)s.", phone=phone, state=STATE_WORDS[state])
    return f"{said} {_sentence(reason)}" if reason else said


def _sentence(reason: Reason) -> str:
    sentence = REASON_SENTENCES[reason]
    return f"{sentence.says} {sentence.advice}"
