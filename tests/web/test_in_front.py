"""What stands in front of the host's app besides the callbacks: the short domain, and a path that it lives under."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from smsadmin import SmsAdmin
from smsadmin.providers.twilio import signature
from smsadmin.sending.apply import apply_receipts
from tests.hostapp import create_host
from tests.hostapp.models import db
from tests.plugin import Shop
from tests.simulator.running import Simulator
from tests.web.test_bad_callbacks import TOKEN, good, one_sent, post

Hosts = Callable[..., Any]


@pytest.fixture
def host(migrated_url: str, redis_url: str, provider_box: Simulator) -> Hosts:
    """The second host with other settings, within an app context."""

    @contextmanager
    def made(**settings: Any) -> Iterator[Shop]:
        addresses = {"twilio": f"{provider_box.url}/twilio"}
        app = create_host(
            migrated_url, redis_url, SMSADMIN_BASE_URLS=addresses, SMSADMIN_RATE=100_000, **settings
        )
        with app.app_context():
            yield Shop(app, provider_box)
            db.session.remove()
            db.engine.dispose()

    return made


def test_on_the_short_domain_there_are_no_callbacks(host: Hosts) -> None:
    with host(SHORTLINKS_URL="https://s.example/") as shop:
        visitor = shop.app.test_client()
        called = visitor.post("/sms/receipts/smsc/a", base_url="https://s.example")
        other = visitor.post("/no/such/page", base_url="https://s.example")

    assert (called.status_code, called.data) == (other.status_code, other.data)


def _under(path: str, app: Flask) -> Callable[..., Any]:
    """Take off the path that the host lives under, as a host does whose proxy leaves it in place."""
    behind = app.wsgi_app

    def stripped(environ: Any, start_response: Any) -> Any:
        below = environ["PATH_INFO"].removeprefix(path)
        return behind({**environ, "SCRIPT_NAME": path, "PATH_INFO": below}, start_response)

    return stripped


def test_a_host_may_take_its_own_path_off_before_it_is_wired(
    host: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = SmsAdmin.init_app

    def wire_later(plugin: SmsAdmin, app: Flask) -> None:
        app.wsgi_app = _under("/shop", app)  # type: ignore[method-assign]
        wire(plugin, app)

    monkeypatch.setattr(SmsAdmin, "init_app", wire_later)
    with host(
        SMSADMIN_PUBLIC_URL="http://localhost/shop/", SHORTLINKS_URL="http://localhost/shop/l/"
    ) as shop:
        broadcast_id, message = one_sent(shop, "twilio")
        call = good(shop, message, "twilio")
        path = f"/shop{call.path}"
        header = {"X-Twilio-Signature": signature(TOKEN, f"http://localhost{path}", call.fields)}
        answer = post(shop, call._replace(path=path, headers=header))
        apply_receipts()

        assert answer.status_code == 200
        assert shop.states(broadcast_id) == {"delivered": 1}
