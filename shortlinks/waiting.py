"""The page of a link that cannot be opened right now, while the database is away say: it says so, and tries again."""

from flask import Response, current_app, request

from shortlinks.pages import HEADERS, page

AGAIN_AFTER = 5
"""Seconds until the page asks again by itself."""

# Without a template: the host's context processors may want the database too.
SAID = '<h1>{title}</h1>\n<p>{text}</p>\n<p><a href="">{again}</a></p>'

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
    words = WORDS[language]
    again = f'<meta http-equiv="refresh" content="{AGAIN_AFTER}">'
    shown = page(words["title"], SAID.format(**words), language, head=again)
    response = current_app.response_class(shown, status=503, mimetype="text/html")
    response.headers.update(HEADERS)
    response.headers["Retry-After"] = str(AGAIN_AFTER)
    return response
