"""The events: what each one's SMS looks like and costs, and one switch each."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from smsadmin.admin.access import Screen, checked_post
from smsadmin.admin.obstacles import obstacles
from smsadmin.events.catalogue import CATALOGUE, Event
from smsadmin.events.switches import switches, turn
from smsadmin.i18n import _, lazy
from smsadmin.integration import integration
from smsadmin.text import placeholders
from smsadmin.text.parts import count_parts
from smsadmin.text.template import prefixed

LANGUAGES = {"ru": lazy("In Russian"), "en": lazy("In English")}


@dataclass(frozen=True)
class Example:
    """The standard text as a customer would get it."""

    language: Any
    text: str
    characters: int
    parts: int


class EventsScreen(Screen):
    """The catalogue of events with their switches."""

    @expose("/")
    def index(self) -> Any:
        """Show all events."""
        prefix = integration().text_prefix
        return self.render(
            "events.html",
            switches=[(switch, examples(switch.event, prefix)) for switch in switches()],
            obstacles=obstacles(),
        )

    @expose("/<kind>", methods=["POST"])
    def set_switch(self, kind: str) -> Response:
        """Switch an event on or off; one that cannot happen stays off."""
        member = checked_post()
        if kind not in CATALOGUE:
            abort(404)
        on = bool(request.form.get("on"))
        switch = next(switch for switch in switches() if switch.event.kind == kind)
        if on and switch.obstacle is not None:
            flash(switch.obstacle, "error")
        else:
            turn(kind, on, by=member.name[:100])
            title = switch.event.title
            said = _("“%(event)s” notifies customers now.", event=title)
            flash(said if on else _("“%(event)s” is switched off.", event=title), "success")
        return redirect(url_for(".index", _anchor=kind), 303)


def examples(event: Event, prefix: str) -> list[Example]:
    """Return the event's SMS in each language, with the shop's name before them."""
    return [_example(event, prefix, locale) for locale in LANGUAGES]


def _example(event: Event, prefix: str, locale: str) -> Example:
    text = placeholders.fill(prefixed(prefix, event.text(locale)), event.example[locale])
    return Example(LANGUAGES[locale], text, len(text), count_parts(text).count)
