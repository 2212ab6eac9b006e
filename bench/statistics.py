"""`python -m bench.statistics`: the page of a broadcast with a million messages, against one with ten thousand.

Both have clicks and logins in proportion. The page is asked for by a signed-in member of staff, as a formed list, while
it sends and at its end; `ratio` is the worst of the three.
"""

import re
import sys
from functools import partial

from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash

from bench.box import Box, box, connect
from bench.figures import RUNS, Pair, median, say, size, tell, timed
from bench.sent import recount, sent_broadcast

FEW = 10_000
STATES = ("ready", "sending", "finished")
PAGES = 5
"""How often the page is asked for in one run."""

PASSWORD = "bench"  # noqa: S105 - of a database that lasts as long as this process


def main() -> None:
    """Measure and print the last line."""
    many = size(1_000_000)
    few = max(1, many * FEW // 1_000_000)
    with box() as shop:
        account = connect("twilio")
        small, large = (_broadcast(shop, account, messages) for messages in (few, many))
        shop.settle()
        staff = _signed_in(shop)
        middles = {}
        for state in STATES:
            _bring_into(shop, state)
            middles[state] = median(_pairs(staff, large, small))
            tell(
                f"statistics, {state}: {middles[state].ours * 1000:.1f} ms, few {middles[state].limit * 1000:.1f} ms"
            )
        state, worst = max(middles.items(), key=lambda item: item[1].ratio)
        ratios = {f"{name}_ratio": pair.ratio for name, pair in middles.items()}
        say("statistics", worst.ratio, worst, worst=state, messages=many, against=few, **ratios)


def _pairs(staff: FlaskClient, large: int, small: int) -> list[Pair]:
    for broadcast_id in (small, large):
        _page(staff, broadcast_id)
    return [
        Pair(timed(partial(_pages, staff, large)) / PAGES, timed(partial(_pages, staff, small)) / PAGES)
        for _ in range(RUNS)
    ]


def _pages(staff: FlaskClient, broadcast_id: int) -> None:
    for _ in range(PAGES):
        _page(staff, broadcast_id)


def _page(staff: FlaskClient, broadcast_id: int) -> None:
    answer = staff.get(f"/admin/sms/broadcasts/{broadcast_id}")
    if answer.status_code != 200:
        sys.exit(f"statistics: the page answers {answer.status_code}.")


def _bring_into(shop: Box, state: str) -> None:
    from smsadmin.statistics.differences import mend_counters

    shop.run(
        "UPDATE sms_broadcasts SET state = :state, confirmed_at = now(), finished_at = now()", state=state
    )
    # What forming a list and flushing clicks would have kept.
    mend_counters()


def _broadcast(shop: Box, account: int, messages: int) -> int:
    """Write a broadcast with messages in every state, clicks of a third of the people, and logins."""
    from smsadmin import links
    from smsadmin.database import read, write
    from smsadmin.models import Broadcast
    from smsadmin.statistics.listed import keep_cost

    broadcast_id = sent_broadcast(
        shop, account, messages, f"Привет! {shop.told['SMSADMIN_PUBLIC_URL']}cabinet"
    )
    links.template(read(lambda session: session.get_one(Broadcast, broadcast_id)))
    shop.run(
        """
        UPDATE sms_messages SET
            state = CASE WHEN id % 10 < 7 THEN 'delivered' WHEN id % 10 = 7 THEN 'undelivered' ELSE 'accepted' END,
            rank = CASE WHEN id % 10 < 8 THEN rank + 1 ELSE rank END,
            reason = CASE WHEN id % 10 = 7 THEN 'not_reachable' ELSE '' END
        WHERE broadcast_id = :id
        """,
        id=broadcast_id,
    )
    recount(shop, broadcast_id)
    # What the worker does that completes a list.
    write(lambda session: keep_cost(session, broadcast_id))
    _click(shop, broadcast_id)
    return broadcast_id


def _click(shop: Box, broadcast_id: int) -> None:
    """Let every third recipient open his link, one in ten of them twice, and every sixth sign in."""
    owner = f"broadcast:{broadcast_id}:1"
    for times in (1, 10):
        shop.run(
            """
            INSERT INTO shortlinks_clicks
                (number, block_id, position, at, kind, signal, rules, referrer_host, address)
            SELECT b.first + m.position, b.id, m.position, now(),
                CASE WHEN m.position % 7 = 0 THEN 'bot' ELSE 'person' END, 'navigation', 1, '', ''
            FROM sms_messages m JOIN shortlinks_blocks b ON b.owner = :owner AND b.login
            WHERE m.broadcast_id = :id AND m.position % (3 * :times) = 0
            """,
            owner=owner,
            id=broadcast_id,
            times=times,
        )
    shop.run(
        """
        INSERT INTO shortlinks_logins (number, block_id, position, at, outcome, refusal)
        SELECT b.first + m.position, b.id, m.position, now(), 'signed_in', ''
        FROM sms_messages m JOIN shortlinks_blocks b ON b.owner = :owner AND b.login
        WHERE m.broadcast_id = :id AND m.position % 6 = 0
        """,
        owner=owner,
        id=broadcast_id,
    )


def _signed_in(shop: Box) -> FlaskClient:
    """Return a browser in which a manager has signed in by the form."""
    shop.run(
        "INSERT INTO staff (login, password_hash, name, role) VALUES ('bench', :password, 'Мария', 'manager')",
        password=generate_password_hash(PASSWORD),
    )
    staff = shop.app.test_client()
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', staff.get("/staff/sign-in").text)
    fields = {"csrf_token": token[1] if token else "", "login": "bench", "password": PASSWORD}
    if staff.post("/staff/sign-in", data=fields).status_code != 303:
        sys.exit("statistics: nobody could sign in.")
    return staff


if __name__ == "__main__":
    main()
