"""What the world outside may call: delivery receipts from the providers."""

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue

from smsadmin.web import receipts


def init_app(app: Flask) -> None:
    """Add the callbacks, in front of the host's own hooks: a provider has no session and no form token."""
    app.register_blueprint(receipts.blueprint)
    app.before_request_funcs.setdefault(None, []).insert(0, _answer_first)


def _answer_first() -> ResponseReturnValue | None:
    return current_app.dispatch_request() if request.blueprint == receipts.blueprint.name else None
