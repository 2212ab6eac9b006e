"""Two people at the integration at once, and buttons pressed twice: nobody undoes the other's work unseen."""

from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import select

from smsadmin import accounts, integration
from smsadmin.broadcasts import account_change, lifecycle
from smsadmin.broadcasts.account_change import Wanted, new_account
from smsadmin.database import read
from smsadmin.host import Role, StaffMember
from smsadmin.models import Account, IntegrationChange
from smsadmin.states import BroadcastState
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import SignedIn
from tests.admin.test_integration import SMSC, connect, the_account
from tests.plugin import LOGIN, PASSWORD, Shop

CHANGED = "somebody has changed these settings since you opened the page"


def told() -> list[tuple[str, str]]:
    """Return what was written into the history, and with which fields."""
    rows = read(
        lambda session: session.scalars(select(IntegrationChange).order_by(IntegrationChange.id)).all()
    )
    return [(row.what, row.fields) for row in rows]


def opened(browser: Browser) -> dict[str, str]:
    """Open SMSC's form and return all that it would send."""
    return {**SMSC, **tokens(browser.open("/integration/smsc").text), "secret": ""}


def test_a_form_opened_before_somebody_elses_change_is_refused_and_shows_the_change(
    shop: Shop, signed_in: SignedIn
) -> None:
    shop.connect()
    first, second = signed_in("boss"), signed_in("lead", in_charge=True)
    of_the_second = opened(second)
    first.post("/integration/smsc", **opened(first) | {"price_of_part": "3"})

    page = unescape(second.post("/integration/smsc", **of_the_second | {"sender": "Other"}).text)

    assert (the_account().price_of_part, the_account().sender) == (Decimal(3), "Shop")
    assert CHANGED in page
    assert 'name="price_of_part" type="text" value="3"' in page
    assert [what for what, _fields in told()] == ["changed"]

    second.post("/integration/smsc", **opened(second) | {"sender": "Other", "price_of_part": "3"})
    assert (the_account().price_of_part, the_account().sender) == (Decimal(3), "Other")


def test_a_form_opened_before_the_account_was_replaced_or_removed_is_refused(
    shop: Shop, boss: Browser
) -> None:
    shop.connect()
    of_the_first = opened(boss)
    account = shop.connect()

    assert CHANGED in boss.post("/integration/smsc", **of_the_first).text
    assert the_account().id == account.id

    accounts.remove("smsc")
    assert CHANGED in boss.post("/integration/smsc", **of_the_first | {"secret": PASSWORD}).text
    assert accounts.connected() == []


def test_a_form_opened_before_anybody_connected_is_refused_afterwards(shop: Shop, boss: Browser) -> None:
    empty = opened(boss)
    account = shop.connect(login="first")

    assert CHANGED in boss.post("/integration/smsc", **empty | {"secret": PASSWORD}).text
    assert the_account().id == account.id


def test_a_field_that_was_wrong_does_not_make_the_form_an_old_one(shop: Shop, boss: Browser) -> None:
    shop.connect()

    wrong = boss.post("/integration/smsc", **opened(boss) | {"price_of_part": "0"})
    again = {**SMSC, **tokens(wrong.text), "secret": "", "price_of_part": "2"}
    boss.post("/integration/smsc", **again)

    assert the_account().price_of_part == 2


def test_what_a_form_was_opened_with_tells_no_secret(shop: Shop) -> None:
    account = shop.connect()
    before = account_change.fingerprint(account)

    accounts.change(
        account.id, secret="other", sender="Shop", base_url=None, price_of_part=None, currency="RUB"
    )

    assert account_change.fingerprint(the_account()) == before
    assert LOGIN not in before


def test_of_two_who_connect_at_once_the_second_has_replaced_the_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_alone = accounts.connect
    anna, boris = (StaffMember(key, key, Role.OWNER) for key in ("anna", "boris"))

    def second_is_quicker(name: str, **fields: object) -> Account:
        monkeypatch.setattr(accounts, "connect", connect_alone)
        new_account("smsc", Wanted("boris", "pw", "", None, None, "RUB"), boris)
        shop.customer()
        lifecycle.send(shop.formed(), "Борис")
        return connect_alone(name, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(accounts, "connect", second_is_quicker)
    new_account("smsc", Wanted("anna", "pw", "", None, None, "RUB"), anna)

    assert [what for what, _fields in told()] == ["connected", "replaced"]
    assert '["login", "boris", "anna"]' in told()[1][1]
    assert the_account().login == "anna"
    assert shop.row(1).state == BroadcastState.PAUSED


def test_the_second_who_presses_the_switch_gets_a_word_and_changes_nothing(signed_in: SignedIn) -> None:
    first, second = signed_in("boss"), signed_in("lead", in_charge=True)
    of_the_second = tokens(second.open("/integration/switch").text)
    first.press("/integration/switch", "/integration/switch", on="")

    page = second.post("/integration/switch", **of_the_second, on="").text

    assert "SMS is switched off already." in page
    assert [what for what, _fields in told()] == ["switched_off"]

    for says in ("SMS is switched on.", "SMS is switched on already."):
        assert says in first.post("/integration/switch", **open_page(first), on="1").text
    assert [what for what, _fields in told()] == ["switched_off", "switched_on"]
    assert integration.integration().enabled


def open_page(browser: Browser) -> dict[str, str]:
    """Return the tokens of a page that the person has open."""
    return tokens(browser.open("/integration/").text)


def test_naming_the_same_admin_again_writes_nothing(shop: Shop, boss: Browser) -> None:
    admin = shop.employee("lead")
    for key in (str(admin.id), str(admin.id), "", ""):
        boss.press("/integration/", "/integration/responsible", responsible=key)

    assert told() == [
        ("responsible", f'[["responsible", "", "{admin.nick}"]]'),
        ("responsible", f'[["responsible", "{admin.nick}", ""]]'),
    ]


def test_saving_a_form_once_is_no_conflict_with_oneself(boss: Browser) -> None:
    connect(boss, "smsc")

    page = connect(boss, "smsc", secret="", sender="Other")

    assert CHANGED not in page
    assert the_account().sender == "Other"
