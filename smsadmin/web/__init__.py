"""What the world outside may call: delivery receipts from the providers."""

import logging

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from smsadmin.failures import named
from smsadmin.web import receipts

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Add the callbacks, in front of the host's own hooks: a provider has no session and no form token."""
    app.register_blueprint(receipts.blueprint)
    app.before_request_funcs.setdefault(None, []).insert(0, _answer_first)


def _answer_first() -> ResponseReturnValue | None:
    if request.blueprint != receipts.blueprint.name:
        return None
    try:
        return current_app.dispatch_request()
    except HTTPException:
        raise
    except Exception as error:
        # Flask would log the address, whose key is what proves a callback.
        log.error("A callback of a provider could not be taken: %s.", named(error))
        raise InternalServerError from None
