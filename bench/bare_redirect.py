"""The limit of `bench.redirect`: a Flask view that returns `redirect()`, served as the shop is."""

from flask import Flask, redirect
from werkzeug.wrappers import Response

from bench.bare_receiver import up

app = Flask(__name__)

app.add_url_rule("/", view_func=up)


@app.get("/l/<code>")
def follow(code: str) -> Response:
    """Lead on, whatever the code, and write nothing down."""
    return redirect("https://shop.example/sale?from=sms")
