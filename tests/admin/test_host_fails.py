"""A host that cannot tell its administrators: the integration page and its switch work, and the page says so."""

import logging
from html import unescape

import pytest
from sqlalchemy import text

from smsadmin import integration
from smsadmin.host import StaffMember
from tests.admin.browser import Browser, tokens
from tests.admin.conftest import SignedIn
from tests.hostapp.contract import Employees
from tests.hostapp.models import Employee, db
from tests.plugin import Shop

DIRECTORY = "Petrova +79261234567"
"""What the error of the host is about: nothing for a log."""


def unreachable(_staff: Employees) -> None:
    raise ConnectionError(DIRECTORY)


def without_a_table(_staff: Employees) -> None:
    db.session.execute(text("SELECT 1 FROM directory_of_staff"))


@pytest.fixture(params=[unreachable, without_a_table])
def failing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host's `administrators` raise: an error of its own, or one that its database's session remembers.

    Who is at the screen is a question to the same session, each time.
    """
    current = Employees.current

    def asked(staff: Employees) -> StaffMember | None:
        db.session.execute(text("SELECT 1"))
        return current(staff)

    monkeypatch.setattr(Employees, "current", asked)
    monkeypatch.setattr(Employees, "administrators", request.param)


@pytest.mark.usefixtures("failing")
def test_the_page_is_there_and_says_that_the_list_is_not(
    signed_in: SignedIn, boss: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    lead = signed_in("lead", in_charge=True)
    name = db.session.query(Employee).filter_by(level="lead").one().nick

    with caplog.at_level(logging.DEBUG):
        pages = [browser.read("/integration/") for browser in (boss, lead)]

    for page in pages:
        assert "The list of the owners and admins could not be had just now." in page
        assert f"Responsible admin: <b>{name}</b>" in page
        assert "/integration/responsible" not in page
        assert "no admin any more" not in page
    assert ["Only the owner can name" in page for page in pages] == [False, True]
    assert "the host does not tell its administrators" in caplog.text
    assert DIRECTORY not in caplog.text


@pytest.mark.usefixtures("failing")
def test_the_switch_for_all_sms_works(boss: Browser) -> None:
    page = boss.press("/integration/switch", "/integration/switch", on="")

    assert page.status_code == 200
    assert "SMS is switched off: nothing leaves any more." in page.text
    assert not integration.integration().enabled


@pytest.mark.usefixtures("failing")
def test_who_is_refused_still_learns_the_name_that_we_know(signed_in: SignedIn, guest: Browser) -> None:
    signed_in("lead", in_charge=True)
    name = db.session.query(Employee).filter_by(level="lead").one().nick

    answer = guest.open("/integration/")

    assert answer.status_code == 403
    assert f"What to do: ask {name} to change what you need." in unescape(answer.text)
    assert "Who the owner is could not be had just now." in answer.text


def test_nobody_loses_his_responsibility_because_the_list_is_missing(
    shop: Shop, signed_in: SignedIn, boss: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in("lead", in_charge=True)
    page = tokens(boss.open("/integration/").text)
    monkeypatch.setattr(Employees, "administrators", unreachable)

    answer = boss.post("/integration/responsible", **page, responsible="")

    assert "Nothing is changed: the list of admins could not be had." in answer.text
    assert integration.integration().responsible_key is not None
