"""Fixtures of the screens' tests: a browser for every role."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from smsadmin.host import StaffMember
from smsadmin.integration import set_responsible
from tests.admin.browser import Browser
from tests.hostapp import create_host
from tests.hostapp.contract import ROLES
from tests.hostapp.models import db
from tests.plugin import Shop

SignedIn = Callable[..., Browser]

MY_PHONE = "+79261110000"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates once compiled: each test has an app of its own, and compiling took most of a test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def signed_in(shop: Shop, compiled: FileSystemBytecodeCache) -> SignedIn:
    """Return a browser in which a member of staff of this level (boss, lead, operator, guest) is signed in.

    `in_charge` names him as responsible for the integration.
    """

    shop.app.jinja_env.bytecode_cache = compiled

    def sign_in(
        level: str = "boss", language: str = "en", in_charge: bool = False, **fields: object
    ) -> Browser:
        employee = shop.employee(level, **{"tel": MY_PHONE, **fields})
        if in_charge:
            set_responsible(StaffMember(str(employee.id), employee.nick, ROLES[level]))
        browser = Browser(shop.app, language)
        browser.sign_in(employee.get_id())
        return browser

    return sign_in


@pytest.fixture
def boss(signed_in: SignedIn) -> Browser:
    """The owner's browser."""
    return signed_in("boss")


@pytest.fixture
def operator(signed_in: SignedIn) -> Browser:
    """A manager's browser."""
    return signed_in("operator")


@pytest.fixture
def guest(signed_in: SignedIn) -> Browser:
    """A viewer's browser."""
    return signed_in("guest")


@pytest.fixture
def boss_elsewhere(shop: Shop, migrated_url: str, redis_url: str) -> Iterator[SignedIn]:
    """Return the owner's browser at another copy of the site: the same database, other settings."""
    with ExitStack() as stack:

        def open_copy(**config: Any) -> Browser:
            app = create_host(migrated_url, redis_url, **config)
            stack.callback(_dispose, app)
            browser = Browser(app)
            browser.sign_in(shop.employee("boss", tel=MY_PHONE).get_id())
            return browser

        yield open_copy


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
