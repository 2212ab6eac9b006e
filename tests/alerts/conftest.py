"""Fixtures: somebody on call with a mailbox and a webhook, and a shop in trouble."""

from collections.abc import Iterator

import pytest

from tests.alerts.receivers import Hook, MailBox, mail_box, web_hook
from tests.alerts.trouble import low_balance, set_settings, well
from tests.plugin import Shop


@pytest.fixture
def box() -> Iterator[MailBox]:
    """A mail server."""
    with mail_box() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook."""
    with web_hook() as running:
        yield running


@pytest.fixture
def on_call(shop: Shop, box: MailBox, hook: Hook) -> Shop:
    """The shop, whose alerts go to the mailbox and to the webhook."""
    set_settings(
        shop,
        alert_email="duty@shop.example",
        alert_smtp=box.address,
        alert_webhook=hook.address,
        alert_language="en",
    )
    return shop


@pytest.fixture
def troubled(on_call: Shop, hook: Hook) -> Shop:
    """A shop that is well, but for its balance."""
    well(on_call)
    set_settings(on_call, alert_webhook=hook.address)
    low_balance()
    return on_call
