"""The judge's window, for loopback only: what arrived, how often, and who broke a protocol."""

from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from smsadmin.simulator.network import Network

PROVIDERS = ("smsc", "twilio", "seventech")
SHOWN = 1000
"""The most SMS in one answer of /control/messages."""


def blueprint(network: Network) -> Blueprint:
    """Return /control/health, /control/counts and /control/messages."""
    pages = Blueprint("control", __name__, url_prefix="/control")

    @pages.before_request
    def only_from_here() -> None:
        # The texts carry links that sign a customer in.
        if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - an address to compare
            abort(403)

    @pages.get("/health")
    def health() -> Response:
        return jsonify(ready=True)

    @pages.get("/counts")
    def counts() -> Response:
        per_provider: dict[str, Any] = {
            name: network.inbox.counts(name) | network.complaints.counts(name) for name in PROVIDERS
        }
        return jsonify(
            providers=per_provider, receipts=network.receipts.counts(), complaints=network.complaints.latest()
        )

    @pages.get("/messages")
    def messages() -> Response:
        after = request.args.get("after", 0, type=int)
        found = network.inbox.after(after, SHOWN)
        return jsonify(
            messages=[asdict(message) for message in found], last=found[-1].number if found else after
        )

    return pages
