"""The limit of `bench.receipts`: a Flask view that reads what it is told and answers 200, served as the shop is."""

from flask import Flask, request

app = Flask(__name__)


@app.post("/sms/receipts/<name>/<key>")
def receive(name: str, key: str) -> str:
    """Read the body (the server would drop the connection otherwise) and keep nothing."""
    request.get_data()
    return ""


@app.get("/")
def up() -> str:
    """Say that the server runs."""
    return "bare"
