"""The shop's public pages: the front page, a sale that an SMS may link to, and the page for what went wrong."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
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
    said_by_us = error.description if error.description != type(error).description else None
    sentence = said_by_us or SORRY.get(error.code, _("This did not work. Go back and try again."))
    return render_template("shop/sorry.html", sentence=sentence), error.code
