"""The loyalty events that can notify a customer, with their standard texts in Russian and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from smsadmin.host import Loyalty
from smsadmin.i18n import lazy


@dataclass(frozen=True)
class Event:
    """One kind of event; `texts` by locale, `example` fills their placeholders on screen."""

    kind: str
    title: Any
    when: Any
    texts: Mapping[str, str]
    example: Mapping[str, Mapping[str, str]]
    needs_expiry: bool = False
    """It happens only where bonuses expire."""
    useful_for: timedelta = timedelta(hours=24)
    """A notification that could not leave for so long is not sent any more."""

    def impossible_because(self, loyalty: Loyalty) -> Any | None:
        """Return why the host's loyalty rules never let it happen, or None."""
        if self.needs_expiry and loyalty.bonuses_expire_after_days() is None:
            return lazy(
                "Bonuses never expire in your loyalty programme, so this event never happens. "
                "Set how long bonuses live to switch it on."
            )
        return None

    def text(self, locale: str) -> str:
        """Return the standard text in this language, in English where there is none."""
        return self.texts.get(locale, self.texts["en"])


RU = {
    "name": "Анна",
    "amount": "150",
    "balance": "1 150",
    "date": "30.11.2026",
    "days": "7",
    "level": "Золото",
}
EN = {
    "name": "Anna",
    "amount": "150",
    "balance": "1,150",
    "date": "30 Nov 2026",
    "days": "7",
    "level": "Gold",
}
EXAMPLE = {"ru": RU, "en": EN}

CATALOGUE: Mapping[str, Event] = {
    event.kind: event
    for event in (
        Event(
            "welcome",
            lazy("Joined the programme"),
            lazy("A customer has got a bonus card."),
            {
                "ru": "{name}, добро пожаловать в бонусную программу! На вашем счёте бонусов: {balance}.",
                "en": "{name}, welcome to the bonus programme! Your balance is {balance} bonuses.",
            },
            EXAMPLE,
        ),
        Event(
            "bonuses_credited",
            lazy("Bonuses credited"),
            lazy("Bonuses were added to a customer's account."),
            {
                "ru": "{name}, вам начислено бонусов: {amount}. Теперь на счёте: {balance}.",
                "en": "{name}, you have got {amount} bonuses. Your balance is {balance}.",
            },
            EXAMPLE,
        ),
        Event(
            "bonuses_spent",
            lazy("Bonuses spent"),
            lazy("A customer has paid with bonuses."),
            {
                "ru": "{name}, списано бонусов: {amount}. Осталось: {balance}.",
                "en": "{name}, you have spent {amount} bonuses. {balance} are left.",
            },
            EXAMPLE,
        ),
        Event(
            "bonuses_expiring",
            lazy("Bonuses about to expire"),
            lazy("Some of a customer's bonuses expire soon."),
            {
                "ru": "{name}, {date} сгорят ваши бонусы: {amount}. Успейте потратить!",
                "en": "{name}, {amount} of your bonuses expire on {date}. Don't miss them!",
            },
            EXAMPLE,
            needs_expiry=True,
        ),
        Event(
            "birthday",
            lazy("Birthday"),
            lazy("It is a customer's birthday."),
            {
                "ru": "{name}, с днём рождения! Дарим вам бонусы: {amount}.",
                "en": "{name}, happy birthday! Here are {amount} bonuses for you.",
            },
            EXAMPLE,
        ),
        Event(
            "level_changed",
            lazy("New level"),
            lazy("A customer has reached another level of the programme."),
            {
                "ru": "{name}, ваш новый уровень в бонусной программе: {level}. Поздравляем!",
                "en": "{name}, your new level in the bonus programme is {level}. Congratulations!",
            },
            EXAMPLE,
        ),
    )
}
