"""Broadcasts with a time, as tests of the screens bring them about."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from smsadmin.database import write as write_rows
from smsadmin.models import Account, Broadcast
from tests.admin.browser import Browser
from tests.admin.composing import MOSCOW, at, take, write
from tests.admin.test_broadcasts import form_all
from tests.plugin import Shop

PAGE = "/broadcasts/1"
CHANGED = "what the page showed has changed"


def move(**columns: Any) -> None:
    """Set columns of the broadcast as time does."""
    statement = update(Broadcast).where(Broadcast.id == 1).values(**columns)
    write_rows(lambda session: session.execute(statement))


def shown(moment: datetime) -> str:
    """Return a moment as the shop's screens show it."""
    local = moment.astimezone(MOSCOW)
    return f"{local.day} {local:%b %Y, %H:%M}"


def connected(shop: Shop) -> Account:
    return shop.connect(price_of_part=Decimal("2.50"))


def formed(shop: Shop, operator: Browser, **typed: str) -> None:
    """Write a broadcast to these people and form its list."""
    write(operator, **typed)
    take(operator, 1, "prepare")
    form_all(shop, 1)


def expected(operator: Browser, moment: datetime, zone: str = "Europe/Moscow", **typed: str) -> None:
    """Confirm, on an estimate, a broadcast to whoever matches at this moment."""
    write(operator, trigger="rule", **(at(moment, zone) | typed))
    take(operator, 1, "expect")
