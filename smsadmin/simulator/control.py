"""The judge's window, for loopback only: what arrived, how often, who broke a protocol, and which faults come."""

import re
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from smsadmin.simulator.faults import ASKED, WrongOrder
from smsadmin.simulator.network import Network

PROVIDERS = tuple(ASKED)
SHOWN = 1000
"""The most SMS in one answer of /control/messages."""


def blueprint(network: Network) -> Blueprint:
    """Return /control/health, /control/counts, /control/messages and /control/faults."""
    pages = Blueprint("control", __name__, url_prefix="/control")

    @pages.before_request
    def only_from_here() -> None:
        # The texts carry links that sign a customer in.
        if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - an address to compare
            abort(403)

    @pages.errorhandler(WrongOrder)
    def wrong_order(error: WrongOrder) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @pages.get("/health")
    def health() -> Response:
        return jsonify(ready=True)

    @pages.get("/counts")
    def counts() -> Response:
        per_provider: dict[str, Any] = {
            name: network.inbox.counts(name) | network.complaints.counts(name) for name in PROVIDERS
        }
        return jsonify(
            providers=per_provider,
            receipts=network.receipts.counts(),
            complaints=network.complaints.latest(),
            warnings=network.complaints.latest_warnings(),
        )

    @pages.get("/messages")
    def messages() -> Response:
        after = request.args.get("after", 0, type=int)
        found = network.inbox.after(after, SHOWN, _asked_phone())
        return jsonify(
            messages=[asdict(message) for message in found], last=found[-1].number if found else after
        )

    _add_faults(pages, network)
    return pages


def _add_faults(pages: Blueprint, network: Network) -> None:
    """Add /control/faults: POST queues, GET shows what waits, DELETE clears."""

    @pages.get("/faults")
    def faults() -> Response:
        return jsonify(waiting=network.faults.waiting())

    @pages.post("/faults")
    def order() -> Response:
        network.faults.add(request.get_json(silent=True))
        return jsonify(waiting=network.faults.waiting())

    @pages.delete("/faults")
    def clear() -> Response:
        network.faults.clear()
        return jsonify(waiting=network.faults.waiting())


def _asked_phone() -> str:
    """Return the phone that is asked about as E.164, empty for all; raise `WrongOrder` when it has no digits."""
    asked = request.args.get("phone")
    if asked is None:
        return ""
    digits = re.sub(r"\D", "", asked)
    if not digits:
        raise WrongOrder(f"phone: {asked!r} is no number")
    return f"+{digits}"
