"""What the list of SMS in doubt says: what is being asked, why something was left out, what people decided."""

from collections import Counter as Tally
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from smsadmin.events.catalogue import CATALOGUE
from smsadmin.i18n import _, lazy, ngettext
from smsadmin.models import Decision
from smsadmin.providers import provider
from smsadmin.sending.in_doubt import Choice, InDoubt, Why
from smsadmin.shown import shown_money, shown_time

WHY_SENTENCES: dict[Why, Any] = {
    Why.SETTLED: lazy(
        "It is not in doubt any more: a report, the provider's answer or a colleague was first."
    ),
    Why.CHANGED: lazy(
        "It has changed since the page was shown: there is another attempt, or another price. Look at it once more."
    ),
    Why.TOO_LATE: lazy("Its last moment to leave has passed."),
    Why.TEST: lazy("It is a test SMS: check the connection again instead."),
    Why.ACCOUNT_REMOVED: lazy(
        "The provider account that had it has been removed, and it must not go through another one. "
        "If it matters, write to these customers in a new broadcast."
    ),
    Why.CANCELLED: lazy("The broadcast is not being sent: it was cancelled."),
    Why.SMS_OFF: lazy("SMS is switched off."),
    Why.CANNOT_BE_ASKED: lazy(
        "Its provider cannot be asked what became of an SMS; only a delivery report tells."
    ),
    Why.QUESTION_REFUSED: lazy(
        "The provider would refuse the question: the account is stopped because of its password or address."
    ),
}

CHOICE_WORDS: dict[Choice, Any] = {
    Choice.ASK_AGAIN: lazy("ask the provider again"),
    Choice.SEND_AGAIN: lazy("treat as not sent and send"),
    Choice.LEAVE: lazy("leave as it is"),
}


def asking(doubt: InDoubt) -> list[str]:
    """Return what the provider can tell about a message, what it has told, and when it is asked next."""
    title, lookup = provider(doubt.account.provider).title, doubt.lookup
    if lookup is None:
        return [
            _(
                "%(provider)s cannot be asked what became of an SMS; only a delivery report tells.",
                provider=title,
            )
        ]
    said = []
    if doubt.message.not_found_at:
        told = shown_time(doubt.message.not_found_at)
        said.append(
            _(
                "%(provider)s said that it does not know it: %(time)s. Once is no proof.",
                provider=title,
                time=told,
            )
        )
    if doubt.message.lookup_at:
        said.append(
            _(
                "%(provider)s is asked next: %(time)s.",
                provider=title,
                time=shown_time(doubt.message.lookup_at),
            )
        )
    else:
        said.append(_("Nobody asks %(provider)s about it any more.", provider=title))
    if not lookup.by_reference:
        said.append(
            _(
                "%(provider)s can only be searched: a find proves that it was taken, no find proves nothing.",
                provider=title,
            )
        )
    return said


def source(doubt: InDoubt) -> str:
    """Return of which broadcast or event a message is."""
    if doubt.broadcast is not None:
        return str(_("Broadcast “%(name)s”", name=doubt.broadcast.name))
    if doubt.is_test:
        return str(_("Test SMS"))
    event = CATALOGUE.get(doubt.message.event_kind or "")
    return str(_("Event “%(name)s”", name=event.title)) if event else ""


def decided(decision: Decision) -> str:
    """Return who decided what, when, and at what price."""
    said: str = _(
        "%(time)s, %(name)s: %(choice)s",
        time=shown_time(decision.at),
        name=decision.by_name,
        choice=CHOICE_WORDS[Choice(decision.decision)],
    )
    if decision.decision != Choice.SEND_AGAIN:
        return said
    return f"{said} ({price_of_one(decision)})"


def price_of_one(of: InDoubt | Decision) -> str:
    """Return what one more try costs, or that nobody knows."""
    currency = of.currency if isinstance(of, Decision) else of.account.currency
    return str(_("price unknown")) if of.price is None else shown_money(of.price, currency)


def price_of_all(doubts: Sequence[InDoubt]) -> str:
    """Return what one more try of all these costs, currency by currency, and for how many nobody knows."""
    sums: dict[str, Decimal] = {}
    for doubt in doubts:
        if doubt.price is not None:
            sums[doubt.account.currency] = sums.get(doubt.account.currency, Decimal(0)) + doubt.price
    said = [shown_money(amount, currency) for currency, amount in sorted(sums.items())]
    unknown = sum(doubt.price is None for doubt in doubts)
    if unknown and not said:
        return str(_("unknown: no price of a part is set in the integration"))
    if unknown:
        said.append(ngettext("unknown for %(num)d SMS", "unknown for %(num)d SMS", unknown))
    return " + ".join(said)


def left_out(counted: Tally[Why]) -> list[str]:
    """Return for how many something was not done, and why, a sentence for each cause."""
    return [
        ngettext("%(num)d SMS was left out.", "%(num)d SMS were left out.", number)
        + " "
        + str(WHY_SENTENCES[why])
        for why, number in sorted(counted.items())
    ]
