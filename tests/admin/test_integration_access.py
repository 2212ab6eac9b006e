"""Who may open the integration: the owner and the admin whom he names there; others are told whom to ask."""

from html import unescape

import pytest
from sqlalchemy import text

from smsadmin import accounts, integration
from smsadmin.database import write
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import SignedIn
from tests.admin.test_integration import SMSC
from tests.hostapp.models import Employee, db
from tests.plugin import Shop


def refused(browser: Browser, address: str = "/integration/") -> str:
    """Return the page that says that this one is closed."""
    answer = browser.open(address)
    assert answer.status_code == 403
    return unescape(answer.text)


def employee_of(level: str) -> Employee:
    """Return the one employee of this level."""
    return db.session.query(Employee).filter_by(level=level).one()


def test_the_owner_and_the_responsible_admin_see_it(signed_in: SignedIn) -> None:
    for browser in (signed_in("boss"), signed_in("lead", in_charge=True)):
        assert "/office/sms/integration/" in browser.read("/customers/")
        assert browser.open("/integration/").status_code == 200


@pytest.mark.parametrize(("level", "in_charge"), [("lead", False), ("operator", True), ("guest", False)])
def test_nobody_else_sees_it_or_its_menu_entry(signed_in: SignedIn, level: str, in_charge: bool) -> None:
    browser = signed_in(level, in_charge=in_charge)

    assert "/office/sms/integration/" not in browser.read("/customers/")
    for address in ("/", "/smsc", "/smsc/remove", "/switch", "/changes"):
        refused(browser, f"/integration{address}")
    ours = tokens(browser.open("/events/").text)
    assert browser.post("/integration/switch", **ours, on="").status_code == 403
    assert integration.integration().enabled


def test_who_is_refused_learns_whom_to_ask(signed_in: SignedIn) -> None:
    signed_in("boss")
    operator = signed_in("operator")
    page = refused(operator)
    assert f"<dt>Owner</dt><dd>{employee_of('boss').nick}</dd>" in page
    assert "What to do: ask the owner to change what you need" in page

    signed_in("lead", in_charge=True)

    page = refused(operator)
    assert f"What to do: ask {employee_of('lead').nick} to change what you need." in page
    # Within the back office, with its menu.
    assert "/office/sms/customers/" in page


def test_a_stranger_is_led_to_the_sign_in(shop: Shop) -> None:
    answer = Browser(shop.app).open("/integration/")

    assert answer.status_code == 302
    assert "/door" in answer.location


def test_the_owner_names_an_admin_who_can_then_open_it(signed_in: SignedIn, boss: Browser) -> None:
    admin = signed_in("lead")
    refused(admin)

    page = boss.press("/integration/", "/integration/responsible", responsible=str(employee_of("lead").id))

    assert f"{employee_of('lead').nick} can open this page now." in unescape(page.text)
    assert admin.open("/integration/").status_code == 200

    boss.press("/integration/", "/integration/responsible", responsible="")
    refused(admin)


def test_who_is_no_admin_any_more_loses_it_at_once(signed_in: SignedIn, boss: Browser) -> None:
    admin = signed_in("lead", in_charge=True)
    name = employee_of("lead").nick
    employee_of("lead").level = "operator"
    db.session.commit()

    assert "nobody is named" in refused(admin)
    assert f"{name} is no admin any more, and so cannot open this page." in boss.read("/integration/")


def test_only_an_admin_can_be_named(signed_in: SignedIn, boss: Browser) -> None:
    signed_in("operator")

    page = boss.press(
        "/integration/", "/integration/responsible", responsible=str(employee_of("operator").id)
    )

    assert "This person is not an admin any more." in unescape(page.text)
    assert integration.integration().responsible_key is None


def test_the_responsible_admin_names_nobody(signed_in: SignedIn) -> None:
    admin = signed_in("lead", in_charge=True)

    page = admin.read("/integration/")
    assert "Only the owner can name somebody else." in page
    assert "/integration/responsible" not in page
    assert admin.post("/integration/responsible", **tokens(page), responsible="").status_code == 403
    assert integration.integration().responsible_key is not None


def test_without_our_tables_the_hosts_pages_still_have_their_menu(shop: Shop, signed_in: SignedIn) -> None:
    admin = signed_in("lead")
    write(lambda session: session.execute(text("DROP TABLE sms_integration")))

    assert admin.client.get("/office/").status_code == 200


def test_a_button_of_a_strange_page_changes_nothing(boss: Browser) -> None:
    hosts_only = {"csrf_token": tokens(boss.open("/integration/").text)["csrf_token"]}

    assert boss.post("/integration/switch", **hosts_only, on="").status_code == 400
    assert boss.post("/integration/smsc", **hosts_only, **SMSC).status_code == 400
    assert integration.integration().enabled
    assert accounts.connected() == []
