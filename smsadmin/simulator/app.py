"""Wire the simulator together: one Flask app with three providers, the phones and the judge's window."""

from functools import partial

from flask import Flask, redirect, request, url_for
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from smsadmin.simulator import control, phones, seventech, smsc, smsc_receipts, twilio
from smsadmin.simulator.complaints import Complaints
from smsadmin.simulator.inbox import Inbox
from smsadmin.simulator.limits import Limits
from smsadmin.simulator.network import Network
from smsadmin.simulator.receipts import Receipts, Writer
from smsadmin.simulator.settings import Settings


def create_network(settings: Settings) -> Network:
    """Return the phone network with what its directory remembers; OSError when that cannot be written."""
    prices = {"smsc": smsc.PRICE, "twilio": twilio.PRICE, "seventech": seventech.PRICE}
    inbox = Inbox(settings.directory, prices)
    writers: dict[str, Writer] = {
        "smsc": partial(
            smsc_receipts.receipt,
            url=settings.smsc_callback,
            secret=settings.smsc_callback_secret,
            signature=settings.smsc_signature,
        ),
        "twilio": partial(twilio.receipt, account=settings.twilio),
        "seventech": seventech.receipt,
    }
    receipts = Receipts(writers, inbox.settle, settings.retry_pause)
    return Network(settings.script, inbox, receipts, Complaints(), settings.hang)


def create_app(settings: Settings, network: Network) -> Flask:
    """Return the app over a network; it starts no thread."""
    app = Flask(__name__)
    limits = Limits(network.complaints, settings.minute, settings.limits == "enforce")
    app.register_blueprint(smsc.blueprint(network, settings.smsc, limits))
    app.register_blueprint(twilio.blueprint(network, settings.twilio))
    app.register_blueprint(seventech.blueprint(network, settings.seventech))
    app.register_blueprint(control.blueprint(network))
    app.register_blueprint(phones.blueprint(network.inbox))

    @app.before_request
    def receive() -> None:
        # Read to the end also to refuse: granian drops the connection of a body left unread.
        request.get_data()
        if request.blueprint in control.PROVIDERS:
            network.complaints.request(request.blueprint)

    @app.errorhandler(404)
    @app.errorhandler(405)
    def not_played(error: HTTPException) -> HTTPException:
        provider = request.path.split("/")[1]
        if provider in control.PROVIDERS:
            network.complaints.complain(provider, f"{request.method} to an address that does not take it")
        return error

    @app.get("/")
    def home() -> Response:
        return redirect(url_for("phones.every"))

    return app
