"""The part of the form that says when a broadcast goes, with clocks that are put forward and back in mind."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale
from wtforms import BooleanField, DateField, Field, TimeField
from wtforms.validators import Optional

from smsadmin.admin import zones
from smsadmin.admin.choice_fields import ChoiceField, OneOfField
from smsadmin.admin.forms import SafeForm
from smsadmin.clock import utc_now
from smsadmin.current import settings
from smsadmin.i18n import _, lazy
from smsadmin.models import Broadcast
from smsadmin.shown import shown_time
from smsadmin.states import Trigger
from smsadmin.text.local_times import ComesTwice, NoSuchTime, to_utc

SEND, NOT_AFTER = "send", "not_after"
FIRST, SECOND = "first", "second"


class DayField(DateField):
    """A date, with what is wrong in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the date; raise `ValueError` with a sentence for people."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("This is no date: write it like 2026-12-31.")) from error


class ClockField(TimeField):
    """A time of the day, with what is wrong in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time; raise `ValueError` with a sentence for people."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("This is no time: write it like 09:30.")) from error


def _which_one() -> OneOfField:
    # The two moments are known once a time that comes twice has been entered.
    return OneOfField(lazy("Which of the two"))


class WhenFields(SafeForm):
    """When it goes: to these people or by the rule, now or at a time, and until when it is of use."""

    trigger = OneOfField(
        lazy("When to send"),
        choices=[
            (Trigger.AT_ONCE.value, lazy("To those who match now")),
            (Trigger.RULE.value, lazy("After a customer comes under the rule")),
        ],
        default=Trigger.AT_ONCE.value,
    )
    timed = BooleanField(lazy("Schedule the time of sending"))
    send_day = DayField(lazy("Date"), [Optional()])
    send_time = ClockField(lazy("Time"), [Optional()])
    send_twice = _which_one()
    not_after_day = DayField(lazy("Date"), [Optional()])
    not_after_time = ClockField(lazy("Time"), [Optional()])
    not_after_twice = _which_one()
    zone = ChoiceField(lazy("Zone of these times"))

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Fill the form, and where a time comes twice offer both moments."""
        super().process(*args, **kwargs)
        self.zone.data = self.zone.data or settings().timezone
        stored = (kwargs.get("data") or {}).get("zone")
        self.zone.choices = zones.choices(*([stored] if stored else []))
        self._known_zone = self.zone.data in dict(self.zone.choices)
        self.moments: dict[str, datetime | None] = {SEND: None, NOT_AFTER: None}
        for name in self.moments if self._known_zone else ():
            self._offer_both(name)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, then the times as moments; what is wrong stands at the field."""
        fields_are_right = super().validate(*args, **kwargs)
        if self._known_zone:
            self._check_times()
        return fields_are_right and not self.errors

    def when(self) -> dict[str, Any]:
        """Return the broadcast's columns about its time; of a form that is right."""
        zone = self.zone.data if any(self.moments.values()) else None
        return {
            "trigger": self.trigger.data,
            "send_at": self.moments[SEND],
            "not_after": self.moments[NOT_AFTER],
            "zone": zone,
        }

    def _offer_both(self, name: str) -> None:
        day, time, twice = self._moment_fields(name)
        try:
            if day.data and time.data:
                to_utc(datetime.combine(day.data, time.data), self.zone.data)
        except ComesTwice as both:
            first, second = (_clock(moment, self.zone.data) for moment in (both.first, both.second))
            twice.choices = [
                (FIRST, _("%(time)s, before the clock is put back", time=first)),
                (SECOND, _("%(time)s, after the clock is put back", time=second)),
            ]
        except (NoSuchTime, OverflowError):
            # Said when the form is checked.
            return

    def _check_times(self) -> None:
        if self.timed.data:
            self._check_moment(SEND)
        elif self.send_day.data or self.send_time.data:
            # Without scripts the two stand there unticked: what was meant for later must not go now.
            _wrong(self.timed, _("A time is entered below: tick this too, or clear the date and the time."))
        if self.not_after_day.data or self.not_after_time.data:
            self._check_moment(NOT_AFTER)
        sent, last = self.moments[SEND], self.moments[NOT_AFTER]
        if sent and last and last <= sent:
            _wrong(self.not_after_time, _("It must be later than the time of sending."))

    def _check_moment(self, name: str) -> None:
        day, time, twice = self._moment_fields(name)
        if day.errors or time.errors or twice.errors:
            return
        if day.data is None or time.data is None:
            missing = day if day.data is None else time
            _wrong(missing, _("Enter the date.") if missing is day else _("Enter the time."))
            return
        try:
            moment = self._moment(datetime.combine(day.data, time.data), twice.data)
        except NoSuchTime:
            said = _("On that day the clock is put forward, and this time never comes. Choose another one.")
            _wrong(time, said)
        except ComesTwice:
            said = _("On that day the clock is put back, and this time comes twice. Which one do you mean?")
            _wrong(twice, said)
        except OverflowError:
            _wrong(day, _("Check the date."))
        else:
            if moment <= utc_now():
                said = _(
                    "This moment has passed: by the shop's clock it is %(now)s.", now=shown_time(utc_now())
                )
                _wrong(time, said)
            self.moments[name] = moment

    def _moment(self, local: datetime, which: str | None) -> datetime:
        second = {FIRST: False, SECOND: True}.get(which or "")
        return to_utc(local, self.zone.data, second)

    def _moment_fields(self, name: str) -> tuple[Any, Any, Any]:
        return self[f"{name}_day"], self[f"{name}_time"], self[f"{name}_twice"]


def entered(broadcast: Broadcast) -> Mapping[str, Any]:
    """Return what was entered for a broadcast, in the zone in which it was."""
    zone = broadcast.zone or settings().timezone
    fields: dict[str, Any] = {"trigger": broadcast.trigger, "zone": zone}
    fields["timed"] = broadcast.send_at is not None
    for name, moment in ((SEND, broadcast.send_at), (NOT_AFTER, broadcast.not_after)):
        if moment is not None:
            local = moment.astimezone(ZoneInfo(zone))
            fields |= {f"{name}_day": local.date(), f"{name}_time": local.time()}
            fields[f"{name}_twice"] = SECOND if local.fold else FIRST
    return fields


def _clock(moment: datetime, zone: str) -> str:
    """Return what a clock of the zone shows, and how far it is ahead of UTC just then."""
    return format_datetime(moment, "HH:mm (OOOO)", tzinfo=ZoneInfo(zone), locale=get_locale())


def _wrong(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]
