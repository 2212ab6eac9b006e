"""`python -m bench.codes`: ten million codes, none of which repeats or leads into another's block.

There are many blocks of links, for counting and for login in turn. Numbers are drawn from all of them and from the
gaps between; each one's code is written and resolved, and stands for its own block and place, or for nobody's. The
limit is hashids itself, which writes and reads the same numbers without a tag; `ratio` is our time ÷ its.
"""

import random
import sys
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hashids import Hashids

from bench.box import box
from bench.figures import Pair, say, size, tell, timed

if TYPE_CHECKING:
    from shortlinks.models import LinkBlock

BLOCKS = 1000
IN_A_STEP = 500_000
OF_HASHIDS = 50
"""Hashids alone writes and reads one number of so many."""


def main() -> None:
    """Check all codes and print the last line."""
    codes = size(10_000_000)
    chosen = random.Random(codes)  # noqa: S311 - nothing secret
    with box():
        blocks = _reserve(chosen, codes)
        numbers = chosen.sample(range(blocks[-1].first + blocks[-1].count), codes)
        # Of a code its hash of 64 bits is kept: among ten million two agree by chance once in 300,000 runs.
        seen = array("q")
        took = 0.0
        for start in range(0, codes, IN_A_STEP):
            part = numbers[start : start + IN_A_STEP]
            took += timed(lambda part=part: seen.extend(_checked(part, blocks)))  # type: ignore[misc]
            tell(f"codes: {len(seen)} of {codes}")
    repeated = codes - len(set(seen))
    if repeated:
        sys.exit(f"codes: {repeated} codes repeat.")
    alone = timed(lambda: _by_hashids(numbers[::OF_HASHIDS])) * OF_HASHIDS
    say("codes", took / alone, Pair(took, alone), codes=codes, repeated=repeated)


def _reserve(chosen: random.Random, codes: int) -> "Sequence[LinkBlock]":
    """Reserve blocks with more numbers than there will be codes."""
    from shortlinks.blocks import reserve
    from shortlinks.shortener import current_shortener
    from smsadmin.database import engine

    most = codes * 3 // BLOCKS
    blocks = [
        reserve(
            engine(),
            url=current_shortener().settings.main_url,
            owner=f"bench{number}",
            link_index=0,
            count=chosen.randint(1 + most // 2, 1 + most),
            login=bool(number % 2),
        )
        for number in range(BLOCKS)
    ]
    # The process learns of all of them.
    current_shortener().known_blocks.find_all([blocks[-1].first])
    return blocks


def _checked(numbers: Sequence[int], blocks: "Sequence[LinkBlock]") -> list[int]:
    """Write and resolve the codes of these numbers; return a hash of each, end where one leads astray."""
    from shortlinks.blocks import resolve_known
    from shortlinks.shortener import current_shortener

    shortener = current_shortener()
    firsts = [block.first for block in blocks]
    hashes = []
    for number in numbers:
        block = blocks[bisect_right(firsts, number) - 1]
        code = shortener.codes.encode(number, login=block.login, key_id=block.key_id)
        hit = resolve_known(shortener, code)
        found = None if hit is None else (hit.block.id, hit.position)
        place = number - block.first
        if found != ((block.id, place) if 0 <= place < block.count else None):
            sys.exit(f"codes: the code of number {number} leads to {found}.")
        hashes.append(hash(code))
    return hashes


def _by_hashids(numbers: Sequence[int]) -> None:
    from shortlinks.spelling import ALPHABET

    hashids = Hashids(salt="bench", alphabet=ALPHABET)
    for number in numbers:
        hashids.decode(hashids.encode(number))


if __name__ == "__main__":
    main()
