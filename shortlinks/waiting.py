"""The page of a link that cannot be opened right now, while the database is away say: it says so, and tries again."""

from flask import Response, current_app, request

from shortlinks.views import HEADERS

AGAIN_AFTER = 5
"""Seconds until the page asks again by itself."""

# Without a template: the host's context processors may want the database too.
PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{seconds}">
<title>{title}</title>
<h1>{title}</h1>
<p>{text}</p>
<p><a href="">{again}</a></p>
"""

WORDS = {
    "ru": {
        "title": "Минуту терпения",
        "text": "Прямо сейчас ссылка не открывается. Страница сама попробует ещё раз через несколько секунд.",
        "again": "Попробовать сейчас",
    },
    "en": {
        "title": "One moment, please",
        "text": "The link cannot be opened just now. This page tries again by itself in a few seconds.",
        "again": "Try now",
    },
}


def waiting_page() -> Response:
    """Return the page with status 503; also to a posted login form, whose address asks for the form again."""
    language = request.accept_languages.best_match(WORDS) or "ru"
    page = PAGE.format(language=language, seconds=AGAIN_AFTER, **WORDS[language])
    response = current_app.response_class(page, status=503, mimetype="text/html")
    response.headers.update(HEADERS)
    response.headers["Retry-After"] = str(AGAIN_AFTER)
    return response
