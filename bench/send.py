"""`python -m bench.send`: one worker process against a bare loop that posts the same requests.

Both have the same number of threads and the same simulator, without delay, on the same two processors; `ratio` is
our rate ÷ the bare rate, the smaller one of Twilio (one message a request) and SMSC (500). Before, a simulator
answers 50 ms late: `late_ratio` is our rate at Twilio ÷ what so many threads can do at most.
"""

import sys
import time
from dataclasses import dataclass

from bench.bare_sender import Sms, of_smsc, of_twilio, post_all
from bench.box import Box, add_customers, box, connect, draft, form, programs
from bench.figures import RUNS, Pair, median, say, size, tell
from smsadmin.standalone.children import Child
from smsadmin.standalone.ports import free_port
from smsadmin.standalone.reach import wait_until_it_answers

THREADS = 8
TOGETHER = 500
DELAY = 0.05

TEXT = "{{name}}, у вас бонусов: {{balance}}. Потратьте их: {shop}cabinet До встречи!"

SETTINGS = {
    # The account's rate must not be what is measured.
    "SMSADMIN_RATE": "100000",
    "SMSADMIN_THREADS": str(THREADS),
    "SMSADMIN_BATCH_SIZE": str(TOGETHER),
    # Each provider in turn, also the late one, is an address that was entered on the screen.
    "SMSADMIN_PRIVATE_ADDRESSES": "true",
}


@dataclass(frozen=True)
class Measured:
    """The rates of one provider; `pair` is the run with the middle ratio, `messages` what it sent."""

    name: str
    messages: int
    pair: Pair

    @property
    def ratio(self) -> float:
        """Our rate ÷ the bare one."""
        return 1 / self.pair.ratio

    @property
    def a_second(self) -> float:
        """Our messages a second."""
        return self.messages / self.pair.ours


def main() -> None:
    """Measure and print the last line."""
    many = size(60_000)
    with box(**SETTINGS) as shop:
        fast, late = _simulators(shop)
        shop.family.start(programs.worker(shop.place, shop.told))
        account = connect("twilio")
        add_customers(shop, max(1, many // 30))
        late_one = _late(shop, account, f"{late}twilio")
        add_customers(shop, max(1, many // 5))
        twilio = _against_bare(shop, "twilio", account, f"{fast}twilio")
        shop.run("UPDATE sms_accounts SET removed_at = now()")
        account = connect("smsc")
        add_customers(shop, many)
        smsc = _against_bare(shop, "smsc", account, f"{fast}smsc")
    smaller = min(twilio, smsc, key=lambda one: one.ratio)
    figures = {f"{one.name}_ratio": one.ratio for one in (twilio, smsc)}
    rates = {f"{one.name}_a_second": one.a_second for one in (twilio, smsc, late_one)}
    say("send", smaller.ratio, smaller.pair, **figures, late_ratio=late_one.ratio, **rates, threads=THREADS)


def _simulators(shop: Box) -> tuple[str, str]:
    """Start both; return their addresses. No receipt is due before the bench is over."""
    playing = ["--script", "quiet", "--receipt-delay", "86400", "--hang", "1"]
    fast = shop.family.start(programs.simulator(shop.place, shop.told, playing))
    port = free_port()
    command = [sys.executable, "-m", "bench.slow_simulator", str(port), str(shop.home / "late"), str(DELAY)]
    log = shop.home / "late.log"
    late = shop.family.start(Child("late simulator", command, log, shop.told, programs.ROOT))
    addresses = shop.place.local_simulator, f"http://127.0.0.1:{port}/"
    for address, child in zip(addresses, (fast, late), strict=True):
        wait_until_it_answers(f"{address}phones", child)
    return addresses


def _against_bare(shop: Box, name: str, account: int, address: str) -> Measured:
    _point(shop, account, address)
    _send(shop, account, _formed(shop))  # the first one warms the worker up
    pairs = []
    messages = 0
    for _ in range(RUNS):
        broadcast_id = _formed(shop)
        batch = _batch(broadcast_id)
        messages = len(batch)
        public = shop.told["SMSADMIN_PUBLIC_URL"]
        posts = of_smsc(address, batch, TOGETHER) if name == "smsc" else of_twilio(address, public, batch)
        pairs.append(Pair(ours=_send(shop, account, broadcast_id), limit=post_all(posts, THREADS)))
        tell(f"send, {name}: {messages / pairs[-1].ours:.0f} a second, bare {messages / pairs[-1].limit:.0f}")
    return Measured(name, messages, median(pairs))


def _late(shop: Box, account: int, address: str) -> Measured:
    """Send through the simulator that answers late; the limit is threads ÷ delay."""
    _point(shop, account, address)
    pairs = []
    messages = 0
    for _ in range(RUNS):
        broadcast_id = _formed(shop)
        messages = len(_batch(broadcast_id))
        pairs.append(Pair(_send(shop, account, broadcast_id), messages * DELAY / THREADS))
        tell(f"send, 50 ms late: {messages / pairs[-1].ours:.0f} a second of {THREADS / DELAY:.0f}")
    return Measured("late", messages, median(pairs))


def _point(shop: Box, account: int, address: str) -> None:
    shop.run("UPDATE sms_accounts SET base_url = :address WHERE id = :id", address=address, id=account)


def _formed(shop: Box) -> int:
    broadcast_id = draft(TEXT.format(shop=shop.told["SMSADMIN_PUBLIC_URL"]))
    form(broadcast_id)
    shop.settle()
    return broadcast_id


def _batch(broadcast_id: int) -> list[Sms]:
    """Return what the worker will hand over: the same phones, the same texts with the same codes."""
    from sqlalchemy import select

    from smsadmin import links
    from smsadmin.database import read
    from smsadmin.models import Message

    mine = select(Message).where(Message.broadcast_id == broadcast_id).order_by(Message.id)
    messages = read(lambda session: session.scalars(mine).all())
    texts = links.texts(messages)
    return [Sms(message.phone, text) for message, text in zip(messages, texts, strict=True)]


def _send(shop: Box, account: int, broadcast_id: int) -> float:
    """Let a formed broadcast go; return the seconds from the press of the button to its end."""
    from smsadmin.broadcasts import lifecycle
    from smsadmin.sending import doorbell

    begun = time.monotonic()
    lifecycle.send(broadcast_id, "Мария")
    doorbell.ring_send(account)
    while shop.run("SELECT state FROM sms_broadcasts WHERE id = :id", id=broadcast_id) != "finished":
        if time.monotonic() - begun > 600:
            sys.exit("send: a broadcast did not come to its end in ten minutes.")
        # A question takes a processor from what is measured for a millisecond.
        time.sleep(0.05)
    seconds = time.monotonic() - begun
    good = "SELECT count(*) FROM sms_messages WHERE broadcast_id = :id AND state <> 'accepted'"
    if shop.run(good, id=broadcast_id):
        sys.exit("send: not every message was accepted.")
    return seconds


if __name__ == "__main__":
    main()
