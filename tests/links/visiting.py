"""A customer's browser on a phone, and the link in the SMS that he got."""

import re
from contextvars import Context
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, select, update

from shortlinks.columns import UtcDateTime as LinksMoment
from shortlinks.flusher import flush_once
from shortlinks.models import Base as LinksBase
from smsadmin import links
from smsadmin.database import Base, UtcDateTime, engine
from tests.hostapp.models import Client, db
from tests.plugin import Shop

PERSON = (
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
)
TARGET = "http://localhost/home"
MOMENTS = (UtcDateTime, LinksMoment)
TEN_YEARS = timedelta(days=3653)
TEXT = f"Кабинет: {TARGET} Ждём"


class Visitor:
    """A customer's browser on a phone."""

    def __init__(self, shop: Shop) -> None:
        self.browser = shop.app.test_client()

    def get(self, address: str, agent: str = PERSON, method: str = "GET", **headers: str) -> Any:
        return Context().run(
            self.browser.open, address, method=method, headers={"User-Agent": agent, **headers}
        )

    def opens(self, address: str) -> Any:
        """Open a login link to the page with the form, and let it post itself; return the last answer."""
        answer = self.get(address)
        assert answer.status_code == 302
        page = self.get(answer.headers["Location"])
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
        return Context().run(
            self.browser.post,
            answer.headers["Location"],
            data={"csrf_token": token},
            headers={"User-Agent": PERSON},
        )

    def signed_in_as(self) -> str | None:
        with self.browser.session_transaction() as session:
            return session.get("_user_id")


def address_of(shop: Shop, client: Client) -> str:
    """Return the short address in the SMS that arrived on the client's phone."""
    text = shop.simulator.arrived((client.mobile or "").lstrip("+"))[-1]["text"]
    return str(re.findall(r"http://localhost/l/\w+", text)[0])


def sent_to(shop: Shop, **fields: Any) -> tuple[int, Client]:
    shop.connect()
    key = shop.customer(**fields).uid
    broadcast_id = shop.sent(TEXT, wrap_clicks=True, wrap_login=True)
    shop.a_minute_passes()
    # Anew: the engine has closed the host's session on its way.
    return broadcast_id, db.session.get_one(Client, key)


def figures(shop: Shop, broadcast_id: int) -> Any:
    flush_once(shop.app)
    return links.click_figures([shop.row(broadcast_id)])[0]


def ten_years_pass() -> None:
    """Move every moment of our own tables into the past: to them it is as if the clock went on."""
    with engine().begin() as connection:
        for table in (*Base.metadata.sorted_tables, *LinksBase.metadata.sorted_tables):
            moments = [column for column in table.columns if isinstance(column.type, MOMENTS)]
            for row in connection.execute(select(*table.primary_key, *moments)).mappings().all():
                older = {c.name: row[c.name] - TEN_YEARS for c in moments if row[c.name] is not None}
                this = and_(*(column == row[column.name] for column in table.primary_key))
                if older:
                    connection.execute(update(table).where(this).values(older))
