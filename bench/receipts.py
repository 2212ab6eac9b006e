"""`python -m bench.receipts`: signed callbacks taken over HTTP and kept, against a bare Flask view that answers 200.

Both are served as `make run` serves the shop, and called with the same requests by the same 32 clients at once; `ratio`
is our rate ÷ the bare rate. Then a backlog of stored receipts is applied.
"""

import sys
from dataclasses import replace

from bench.box import Box, box, connect, programs
from bench.callers import call_all, post_request
from bench.figures import RUNS, Pair, median, say, size, tell, timed
from bench.sent import sent_broadcast
from smsadmin.standalone.environment import TWILIO_SID, TWILIO_TOKEN
from smsadmin.standalone.ports import free_port
from smsadmin.standalone.reach import wait_until_it_answers

CLIENTS = 32
"""At once on both sides, as a provider calls that reports thousands of SMS a minute."""
IN_A_RUN_OF_THE_BACKLOG = 20
"""A run takes so many times fewer callbacks than the backlog has."""

WARM_UP = 200


def main() -> None:
    """Measure and print the last line."""
    backlog = size(100_000)
    each = max(CLIENTS, backlog // IN_A_RUN_OF_THE_BACKLOG)
    with box() as shop:
        account = connect("twilio")
        ours, bare = _servers(shop)
        broadcast_id = sent_broadcast(shop, account, RUNS * each + WARM_UP)
        calls = _callbacks(shop, broadcast_id)
        call_all(bare, calls[:WARM_UP], CLIENTS)
        call_all(ours, calls[:WARM_UP], CLIENTS)
        shop.settle()
        pairs = []
        for run in range(RUNS):
            some = calls[WARM_UP + run * each : WARM_UP + (run + 1) * each]
            pairs.append(Pair(ours=call_all(ours, some, CLIENTS), limit=call_all(bare, some, CLIENTS)))
            tell(f"receipts: {each / pairs[-1].ours:.0f} a second, bare {each / pairs[-1].limit:.0f}")
        if shop.run("SELECT count(*) FROM sms_raw_receipts") != len(calls):
            sys.exit("receipts: not every callback was kept.")
        seconds = _backlog(shop, account, backlog)
    middle = median(pairs)
    rate = each / middle.ours
    say(
        "receipts",
        1 / middle.ratio,
        middle,
        a_second=rate,
        clients=CLIENTS,
        backlog=backlog,
        backlog_seconds=seconds,
    )


def _servers(shop: Box) -> tuple[str, str]:
    """Start the shop's web server and the bare one; return their addresses."""
    web = shop.family.start(programs.web(shop.place, shop.told))
    place = replace(shop.place, port=free_port())
    bare = programs.web(place, shop.told)
    bare.command = [*bare.command[:-1], "bench.bare_receiver:app"]
    bare.name, bare.log = "bare server", shop.home / "bare.log"
    shop.family.start(bare)
    wait_until_it_answers(shop.place.local_shop, web)
    wait_until_it_answers(place.local_shop, bare)
    return shop.place.local_shop, place.local_shop


def _callbacks(shop: Box, broadcast_id: int) -> list[bytes]:
    """Return Twilio's signed callbacks about every message of a broadcast."""
    from sqlalchemy import select

    from smsadmin.accounts import callback_address
    from smsadmin.database import read
    from smsadmin.models import Message
    from smsadmin.providers.twilio import signature

    mine = select(Message.id, Message.phone, Message.attempt_id).where(Message.broadcast_id == broadcast_id)
    calls = []
    for number, phone, attempt_id in read(lambda session: session.execute(mine.order_by(Message.id)).all()):
        url = callback_address("twilio", attempt_id or "")
        sid = f"SM{number:032x}"
        form = {
            "AccountSid": TWILIO_SID,
            "ApiVersion": "2010-04-01",
            "From": "+15005550006",
            "MessageSid": sid,
            "MessageStatus": "delivered",
            "SmsSid": sid,
            "SmsStatus": "delivered",
            "To": phone,
        }
        path = url.removeprefix(shop.told["SMSADMIN_PUBLIC_URL"].rstrip("/"))
        calls.append(post_request(path, form, {"X-Twilio-Signature": signature(TWILIO_TOKEN, url, form)}))
    return calls


def _backlog(shop: Box, account: int, messages: int) -> float:
    """Store a receipt for every message of a new broadcast, apply them as the worker does; return the seconds."""
    from smsadmin.sending.apply import apply_receipts

    while apply_receipts():
        pass
    broadcast_id = sent_broadcast(shop, account, messages)
    shop.run(
        """
        INSERT INTO sms_raw_receipts (provider, reference, status, error, message_id, received_at)
        SELECT 'twilio', attempt_id, CASE WHEN id % 20 = 0 THEN 'undelivered' ELSE 'delivered' END,
            CASE WHEN id % 20 = 0 THEN '30003' ELSE '' END, id, now()
        FROM sms_messages WHERE broadcast_id = :id
        """,
        id=broadcast_id,
    )
    shop.settle()

    def apply_all() -> None:
        while apply_receipts():
            pass

    seconds = timed(apply_all)
    open_ones = "SELECT count(*) FROM sms_messages WHERE broadcast_id = :id AND rank < 5"
    if shop.run(open_ones, id=broadcast_id):
        sys.exit("receipts: the backlog was not applied.")
    return seconds


if __name__ == "__main__":
    main()
