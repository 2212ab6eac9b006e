"""What is served under fire: the small host on a database and a spool of the test's, with a small and busy spool.

`FIRE` in the environment says where they are, as one JSON object. Run as a program it serves nothing and only
flushes, as fast as it can.
"""

import json
import os
from pathlib import Path

from sqlalchemy import create_engine

from shortlinks import flusher
from shortlinks.bots import Signal, device_of, kind_of
from shortlinks.clicks import ClickSpool
from shortlinks.flusher import Flusher
from tests.shortlinks.host import PHONE, make_host

# It never rests: the more it works, the more there is to be killed in the middle of.
flusher.SHARE = 1.0

told = json.loads(os.environ["FIRE"])
spool = Path(told["spool"])
# A database that is held up shall refuse within the seconds that a test has.
patience = {"timeout": 1} if told["database"].startswith("sqlite") else {}
engine = create_engine(told["database"], connect_args=patience)
# All visitors come from one address, and some of them with a wrong code.
app = make_host(engine, spool, TESTING=False, SHORTLINKS_FLUSH_EVERY=told["flush_every"], SHORTLINKS_MISSES=0)
# Some hundred clicks a file: rotated, drained and deleted all the time.
app.extensions["shortlinks"].clicks = ClickSpool(
    spool, rotate_at=told["rotate_at"], most_waiting=told["most_waiting"]
)

if __name__ == "__main__":
    # In a child, and in the next when that was killed: what it costs to start is paid once, before.
    kind_of(Signal.NONE, PHONE)
    device_of(PHONE)
    while True:
        if (child := os.fork()) == 0:
            Flusher(app, every=0.0001).run()
        os.waitpid(child, 0)
