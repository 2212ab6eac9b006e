"""`python -m bench.prepare`: forming the list of a million customers, against one bare INSERT … SELECT.

The bare statement writes the same rows, taken from a table without indexes, into a copy of the table of messages
with all of its indexes (and without its foreign keys), on the same server. `ratio` is our time ÷ its time.
"""

import resource
import sys

from bench.box import Box, add_customers, box, connect, draft, form
from bench.figures import RUNS, Pair, median, say, size, tell, timed

FEW = 10_000
"""From so many customers on the time has to grow with their number and no faster."""

TEXT = "{{name}}, у вас бонусов: {{balance}}. Потратьте их: {shop}cabinet До встречи!"


def main() -> None:
    """Measure and print the last line."""
    many = size(1_000_000)
    few = min(FEW, many)
    with box() as shop:
        connect("twilio")
        broadcast_id = draft(TEXT.format(shop=shop.told["SMSADMIN_PUBLIC_URL"]))
        shop.run("CREATE TABLE bare (LIKE sms_messages INCLUDING ALL)")
        add_customers(shop, few)
        small = sorted(_ours(shop, broadcast_id, few) for _ in range(RUNS))[RUNS // 2]
        peak_few = _peak_megabytes()
        add_customers(shop, many)
        pairs = []
        for run in range(RUNS):
            ours = _ours(shop, broadcast_id, many)
            if not run:
                shop.run("CREATE TABLE formed AS SELECT * FROM sms_messages")
            pairs.append(Pair(ours, _bare(shop)))
            tell(f"prepare: {ours:.1f} s, bare {pairs[-1].limit:.1f} s")
        middle = median(pairs)
        say(
            "prepare",
            middle.ratio,
            middle,
            customers=many,
            microseconds_per_row=middle.ours / many * 1e6,
            per_row_against_few=(middle.ours / many) / (small / few),
            peak_megabytes_few=peak_few,
            peak_megabytes=_peak_megabytes(),
        )


def _ours(shop: Box, broadcast_id: int, expected: int) -> float:
    """Form the list anew; return the seconds."""
    from smsadmin.broadcasts import lifecycle

    if shop.run("SELECT state FROM sms_broadcasts WHERE id = :id", id=broadcast_id) != "draft":
        shop.run("TRUNCATE sms_messages CASCADE")
        lifecycle.edit(broadcast_id)
    shop.settle()
    seconds = timed(lambda: form(broadcast_id))
    good = (
        "SELECT count(*) FROM sms_messages WHERE state = 'queued' AND parts > 0 AND price > 0 AND text <> ''"
    )
    if shop.run(good) != expected:
        sys.exit("prepare: not every customer has a row with text, parts and price.")
    return seconds


def _bare(shop: Box) -> float:
    """Write the same rows with one statement; return the seconds."""
    shop.run("TRUNCATE bare")
    shop.settle()
    return timed(lambda: shop.run("INSERT INTO bare SELECT * FROM formed"))


def _peak_megabytes() -> float:
    """Return the most memory that this process has had so far, which forms the lists itself."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    main()
