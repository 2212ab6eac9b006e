"""The shop's public pages: the front page, a sale that an SMS may link to, and the page for what went wrong."""

from flask import Blueprint, current_app, render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from smsadmin.i18n import _, lazy

pages = Blueprint("shop", __name__)

SORRY = {
    403: lazy("You may not see this page."),
    404: lazy("There is no such page."),
    500: lazy("Something broke on our side. Try again in a minute."),
}


@pages.get("/")
def front() -> str:
    """Show the front page."""
    return render_template("shop/front.html")


@pages.get("/sale")
def sale() -> str:
    """Show the sale."""
    return render_template("shop/sale.html")


def sorry(error: HTTPException) -> ResponseReturnValue:
    """Say what went wrong in the visitor's language, in our own words where we have them."""
    if error.code is None or error.code < 400:
        return error
    if error.code == 500:
        return _broken(), 500
    said_by_us = error.description if error.description != type(error).description else None
    if isinstance(error, CSRFError):
        said_by_us = _("The page was open for too long. Go back, reload it and try again.")
    sentence = said_by_us or SORRY.get(error.code, _("This did not work. Go back and try again."))
    return render_template("shop/sorry.html", sentence=sentence), error.code


def _broken() -> str:
    """Render a page that asks nobody who is signed in: the database may be what is broken."""
    chosen = session.get("lang", "ru")
    page = current_app.jinja_env.get_template("shop/failure.html")
    with force_locale(chosen):
        return page.render(language=chosen, title=_("Sorry"), sentence=SORRY[500])
