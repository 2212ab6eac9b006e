"""The provider accounts: one connected account of each, also where two people connect it at once."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest
from sqlalchemy import select, update

from smsadmin import accounts, integration
from smsadmin.database import read, write
from smsadmin.models import Account, Integration
from smsadmin.sealing import NoKey
from smsadmin.settings_reading import BadSetting
from tests.hostapp import create_host
from tests.plugin import Shop


def test_two_people_who_connect_a_provider_at_once_leave_one_account(shop: Shop) -> None:
    def connect(login: str) -> None:
        with shop.app.app_context():
            accounts.connect("smsc", login=login, secret="secret")

    with ThreadPoolExecutor(8) as people:
        for _ in people.map(lambda login: copy_context().run(connect, login), map(str, range(8))):
            pass

    rows = read(lambda session: session.scalars(select(Account)).all())
    assert len(rows) == 8
    assert len([row for row in rows if row.removed_at is None]) == 1


def test_the_callbacks_secret_is_sealed_on_its_first_use_and_stays_the_same(shop: Shop) -> None:
    before = integration.integration().callback_secret

    assert integration.callback_secret() == before
    assert before not in integration.integration().callback_secret
    assert integration.callback_secret() == before


def test_a_lost_key_makes_a_new_callback_address_with_the_next_connection(shop: Shop) -> None:
    before = integration.callback_secret()
    lost = "x" * 140
    write(lambda session: session.get_one(Integration, 1).__setattr__("callback_secret", lost))
    with pytest.raises(NoKey):
        integration.callback_secret()

    shop.connect()

    assert integration.callback_secret() not in (before, lost)


def test_an_address_of_the_screen_goes_before_that_of_the_settings_and_stays_public(shop: Shop) -> None:
    usual = accounts.credentials(shop.connect())
    typed = accounts.credentials(shop.connect(base_url="https://mirror.example"))

    assert (usual.base_url, usual.way.public_only) == (f"{shop.simulator.url}/smsc", False)
    assert (typed.base_url, typed.way.public_only) == ("https://mirror.example", True)


def test_a_new_password_brings_back_a_callback_address_that_no_key_opens(shop: Shop) -> None:
    account = shop.connect()
    lost = update(Integration).values(callback_secret="x" * 140)
    write(lambda session: session.execute(lost))

    accounts.change(
        account, secret="demo-password", sender="", base_url=None, price_of_part=None, currency="RUB"
    )

    changed = read(lambda session: session.get_one(Account, account.id))
    assert len(accounts.credentials(changed).callback_secret) > 20


def test_a_provider_that_is_told_with_each_sms_needs_no_secret_of_the_address(shop: Shop) -> None:
    account = shop.connect("twilio")
    lost = update(Integration).values(callback_secret="x" * 140)
    write(lambda session: session.execute(lost))

    assert accounts.credentials(account).secret == "demo-token"


@pytest.mark.parametrize("given", [{"smcs": "https://smsc.ru"}, {"": "https://smsc.ru"}])
def test_a_base_address_for_nobody_stops_the_start(given: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="there is no provider"):
        create_host(f"sqlite:///{tmp_path}/x.sqlite", "redis://127.0.0.1:1/0", SMSADMIN_BASE_URLS=given)
