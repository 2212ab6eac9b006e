"""Two people at the integration at once, and buttons pressed twice: nobody undoes the other's work unseen."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from decimal import Decimal
from html import unescape
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from smsadmin import accounts, integration
from smsadmin.accounts import Overtaken
from smsadmin.admin.integration import account as account_screen
from smsadmin.broadcasts import account_change, lifecycle
from smsadmin.broadcasts.account_change import Wanted, keep_account, new_account
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
    assert 'name="sender" type="text" value="Other"' in page
    assert "Stored now: Shop" in page
    assert "Stored now: 3" in page
    assert [what for what, _fields in told()] == ["changed"]


def test_whoever_has_seen_what_is_stored_now_may_store_his_own_after_all(
    shop: Shop, signed_in: SignedIn
) -> None:
    shop.connect()
    first, second = signed_in("boss"), signed_in("lead", in_charge=True)
    of_the_second = opened(second) | {"sender": "Other"}
    first.post("/integration/smsc", **opened(first) | {"price_of_part": "3"})
    page = second.post("/integration/smsc", **of_the_second)

    second.post("/integration/smsc", **of_the_second | tokens(page.text))

    assert (the_account().price_of_part, the_account().sender) == (None, "Other")
    assert [what for what, _fields in told()] == ["changed", "changed"]


def test_what_cannot_be_stored_is_said_at_its_field_in_an_old_form_too(
    shop: Shop, signed_in: SignedIn
) -> None:
    shop.connect()
    first, second = signed_in("boss"), signed_in("lead", in_charge=True)
    of_the_second = opened(second)
    first.post("/integration/smsc", **opened(first) | {"sender": "First"})

    page = second.post("/integration/smsc", **of_the_second | {"price_of_part": "9" * 400}).text

    assert CHANGED in page
    assert "The price must be above 0 and below 10,000." in page


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

    accounts.change(account, secret="other", sender="Shop", base_url=None, price_of_part=None, currency="RUB")

    assert account_change.fingerprint(the_account()) == before
    assert LOGIN not in before


def test_of_two_who_connect_at_once_the_second_is_told_and_replaces_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_alone = accounts.connect
    anna, boris = (StaffMember(key, key, Role.OWNER) for key in ("anna", "boris"))

    def second_is_quicker(name: str, **fields: object) -> Account:
        monkeypatch.setattr(accounts, "connect", connect_alone)
        new_account("smsc", Wanted("boris", "pw", "", None, None, "RUB"), boris, None)
        shop.customer()
        lifecycle.send(shop.formed(), "Борис")
        return connect_alone(name, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(accounts, "connect", second_is_quicker)
    with pytest.raises(Overtaken):
        new_account("smsc", Wanted("anna", "pw", "", None, None, "RUB"), anna, None)

    assert [what for what, _fields in told()] == ["connected"]
    assert the_account().login == "boris"
    assert shop.row(1).state == BroadcastState.SENDING


def at_once(shop: Shop, saves: Sequence[Callable[[], object]]) -> list[str]:
    """Let two people save in the same moment; return what became of each, "saved" or "overtaken"."""
    ready = Barrier(len(saves))

    def save(store: Callable[[], object]) -> str:
        with shop.app.app_context():
            ready.wait()
            try:
                store()
            except Overtaken:
                return "overtaken"
            return "saved"

    with ThreadPoolExecutor(len(saves)) as people:
        return list(people.map(lambda store: copy_context().run(save, store), saves))


def wanted(sender: str, login: str = LOGIN, secret: str = "") -> Wanted:
    """Return what a person has entered."""
    return Wanted(login, secret, sender, None, None, "RUB")


@pytest.mark.parametrize("secret", ["", "new-password"])
def test_of_two_who_save_one_form_at_once_exactly_one_wins(shop: Shop, secret: str) -> None:
    read_by_both = shop.connect()
    by = StaffMember("anna", "Анна", Role.OWNER)

    def save(sender: str) -> Callable[[], None]:
        return lambda: keep_account(read_by_both, wanted(sender, secret=secret), by)

    outcomes = at_once(shop, [save("First"), save("Second")])

    assert sorted(outcomes) == ["overtaken", "saved"]
    assert the_account().sender == ("First" if outcomes[0] == "saved" else "Second")
    assert [what for what, _fields in told()] == ["changed"]


def test_of_two_who_enter_a_password_alone_at_once_exactly_one_wins(shop: Shop) -> None:
    read_by_both = shop.connect()
    by = StaffMember("anna", "Анна", Role.OWNER)

    def save(secret: str) -> Callable[[], None]:
        return lambda: keep_account(read_by_both, wanted("Shop", secret=secret), by)

    outcomes = at_once(shop, [save("one"), save("other")])

    assert sorted(outcomes) == ["overtaken", "saved"]
    assert accounts.credentials(the_account()).secret == ("one" if outcomes[0] == "saved" else "other")


def test_a_change_and_a_replacement_at_once_do_not_both_win(shop: Shop) -> None:
    read_by_both = shop.connect()
    by = StaffMember("anna", "Анна", Role.OWNER)

    outcomes = at_once(
        shop,
        [
            lambda: keep_account(read_by_both, wanted("First"), by),
            lambda: new_account("smsc", wanted("Second", "another", "pw"), by, read_by_both),
        ],
    )

    assert sorted(outcomes) == ["overtaken", "saved"]
    assert the_account().sender == ("First" if outcomes[0] == "saved" else "Second")
    assert len(told()) == 1


def test_whoever_is_overtaken_between_the_look_and_the_write_keeps_what_he_entered(
    shop: Shop, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect()
    first, second = signed_in("boss"), signed_in("lead", in_charge=True)
    of_the_first = opened(first) | {"sender": "First"}

    def first_is_quicker(*args: Any, **fields: Any) -> None:
        monkeypatch.setattr(account_screen, "keep_account", keep_account)
        first.post("/integration/smsc", **of_the_first)
        keep_account(*args, **fields)

    monkeypatch.setattr(account_screen, "keep_account", first_is_quicker)
    page = second.post("/integration/smsc", **opened(second) | {"sender": "Second"})

    assert page.status_code == 409
    assert CHANGED in page.text
    assert 'name="sender" type="text" value="Second"' in unescape(page.text)
    assert "Stored now: First" in page.text
    assert the_account().sender == "First"
    assert [what for what, _fields in told()] == ["changed"]


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
