"""The phones: pages where the SMS that arrived are read as on a handset, and their links opened."""

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from markupsafe import Markup, escape

from smsadmin.simulator.inbox import Inbox

LISTED = 100
"""Phones on one page; the others are found by number."""

WORDS: dict[str, dict[str, str]] = {
    "ru": {
        "title": "Телефоны",
        "about": "Сюда приходят SMS, отправленные через имитатор провайдеров. Людям не уходит ничего.",
        "empty": "Пока ничего не пришло. Отправьте рассылку или тестовое SMS, и оно появится здесь.",
        "nothing": "Ни на один телефон с таким номером ничего не приходило. Попробуйте другие цифры номера.",
        "search": "Найти номер",
        "number": "Номер или его часть",
        "find": "Найти",
        "back": "Все телефоны",
        "shown": "Показаны последние",
        "of": "из",
        "parts": "частей:",
        "no_sender": "Без имени",
        "other_lang": "English",
    },
    "en": {
        "title": "Phones",
        "about": "SMS sent through the provider simulator arrive here. Nothing reaches a real person.",
        "empty": "Nothing has arrived yet. Send a broadcast or a test SMS, and it will appear here.",
        "nothing": "No phone with this number has received anything. Try other digits of the number.",
        "search": "Find a number",
        "number": "Number or a part of it",
        "find": "Find",
        "back": "All phones",
        "shown": "Showing the latest",
        "of": "of",
        "parts": "parts:",
        "no_sender": "No name",
        "other_lang": "Русский",
    },
}

_LINK = re.compile(r"https?://[^\s<>\"«»]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)]}'’”"


def blueprint(inbox: Inbox) -> Blueprint:
    """Return /phones and /phones/<number>."""
    pages = Blueprint("phones", __name__, url_prefix="/phones")
    pages.add_app_template_filter(with_links)
    pages.add_app_template_filter(spaced)
    pages.add_app_template_filter(local_time)

    @pages.context_processor
    def words() -> dict[str, Any]:
        lang = "en" if request.args.get("lang") == "en" else "ru"
        return {"lang": lang, "words": WORDS[lang]}

    @pages.after_request
    def like_a_handset(response: Response) -> Response:
        # A handset's SMS app tells nobody where a link was opened from.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'"
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @pages.get("")
    def every() -> str:
        query = request.args.get("q")
        rows, found = inbox.latest(fragments(query or ""), LISTED)
        return render_template("phones.html", rows=rows, found=found, query=query)

    @pages.get("/<number>")
    def one(number: str) -> str:
        phone = "+" + re.sub(r"\D", "", number)
        held = inbox.of(phone)
        if not held:
            abort(Response(render_template("phone.html", phone=phone, held=held), 404))
        return render_template("phone.html", phone=phone, held=held)

    return pages


def fragments(query: str) -> list[str]:
    """Return what to look for in an E.164 number; a Russian's leading 8 stands for +7 as well."""
    digits = re.sub(r"\D", "", query)
    if not digits:
        return []
    return [digits, f"+7{digits[1:]}"] if digits[0] == "8" and len(digits) > 1 else [digits]


def with_links(text: str) -> Markup:
    """Return the text as HTML in which only http(s) addresses are links."""
    out, end = Markup(), 0
    for match in _LINK.finditer(text):
        url = match.group().rstrip(_AFTER_LINK)
        out += escape(text[end : match.start()])
        out += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(url)
        end = match.start() + len(url)
    return out + escape(text[end:])


def spaced(phone: str) -> str:
    """Return a phone as people write it: +7 926 123-45-67; numbers of other countries stay as they are."""
    found = re.fullmatch(r"\+7(\d{3})(\d{3})(\d\d)(\d\d)", phone)
    return "+7 {} {}-{}-{}".format(*found.groups()) if found else phone


def local_time(at: datetime) -> str:
    """Return an aware time as a handset shows it, in this machine's zone."""
    return at.astimezone().strftime("%d.%m.%Y %H:%M:%S")
