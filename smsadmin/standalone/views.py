"""The shop's public pages: the front page, and a sale that an SMS may link to."""

from flask import Blueprint, render_template

pages = Blueprint("shop", __name__)


@pages.get("/")
def front() -> str:
    """Show the front page."""
    return render_template("shop/front.html")


@pages.get("/sale")
def sale() -> str:
    """Show the sale."""
    return render_template("shop/sale.html")
