"""Plays `make demo` as it is and, before it is taken down, looks for its login links wherever anybody could read.

Run as a program of its own, with the file to write as its argument: it says in JSON how many login codes were
handed to the provider, and in which places which of them were found.
"""

import json
import re
import sys
import zipfile
from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import redis
import requests
from sqlalchemy import MetaData, select

from shortlinks.blocks import resolve
from smsadmin.api_log.switch import switch_on
from smsadmin.current import settings
from smsadmin.standalone import demo, demo_play
from smsadmin.standalone.demo_shop import DemoShop
from smsadmin.standalone.demo_staff import TOKEN
from smsadmin.standalone.environment import Place
from smsadmin.standalone.models import db

MOST_PAGES = 600
PAGES_OF_OTHERS = re.compile(r"sign-out|[?&]lang=|/static/|/cabinet|\.(css|js|png|svg|ico)$")
HREF = re.compile(r'href="([^"#]+)"')

Played = Any
Text = tuple[str, bytes]
"""A place and what is to be read there."""

_play = demo_play.play


def codes_handed_over(place: Place, shop: DemoShop) -> set[str]:
    """Return the login codes in the texts on the simulated phones."""
    texts = [message["text"] for message in demo_play._arrived(place)]
    codes = {code for text in texts for code in re.findall(rf"{re.escape(place.shop)}l/(\w+)", text)}
    with shop.app.app_context():
        return {code for code in codes if (hit := resolve(code)) and hit.block.login}


def tables(shop: DemoShop) -> Iterator[Text]:
    """Yield every table of the whole database, the host's too, row by row as text."""
    with shop.app.app_context():
        metadata = MetaData()
        metadata.reflect(db.engine)
        for table in metadata.sorted_tables:
            with db.engine.connect() as connection:
                rows = [repr(tuple(row)) for row in connection.execute(select(table))]
            yield f"table {table.name}", "\n".join(rows).encode()


def queues(shop: DemoShop) -> Iterator[Text]:
    """Yield all that Redis holds."""
    with shop.app.app_context(), redis.Redis.from_url(settings().redis_url) as client:
        for key in client.scan_iter():
            yield f"redis {key!r}", key + (client.dump(key) or b"")


def files(place: Place) -> Iterator[Text]:
    """Yield the files of all servers: logs, spools, databases; not what the provider and its phones keep."""
    home = place.instance.parent
    for path in sorted(home.rglob("*")):
        if path.is_file() and place.instance / "simulator" not in path.parents:
            yield f"file {path.relative_to(home)}", path.read_bytes()


def pages(place: Place) -> Iterator[Text]:
    """Yield the pages of the back office that the owner can reach, and the zips for the support."""
    owner = requests.Session()
    owner.trust_env = False
    door = urljoin(place.local_shop, "staff/sign-in")
    tokens = dict(TOKEN.findall(owner.get(door).text))
    owner.post(door, tokens | {"login": "owner", "password": "owner"}).raise_for_status()
    office = urljoin(place.local_shop, "admin/")
    waiting = [urljoin(office, "sms/broadcasts/1"), office]
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        if address in seen or not address.startswith(office) or PAGES_OF_OTHERS.search(address):
            continue
        seen.add(address)
        page = owner.get(address)
        yield f"page {address.removeprefix(office)} {page.status_code}", page.content
        found = [urljoin(page.url, href.replace("&amp;", "&")) for href in HREF.findall(page.text)]
        waiting += [urldefrag(one).url.replace(place.shop, place.local_shop) for one in found]
    log = urljoin(office, "sms/api_log/")
    tokens = dict(TOKEN.findall(owner.get(log).text))
    for whole in ({}, {"whole": "1"}):
        answer = owner.post(urljoin(log, "download"), tokens | whole)
        with zipfile.ZipFile(BytesIO(answer.content)) as support:
            for name in support.namelist():
                yield f"zip {'whole' if whole else 'cut'} {name}", support.read(name)


def found_in(codes: Collection[str], content: bytes) -> list[str]:
    """Return which of the codes, all of one length, stand anywhere in the content."""
    wanted = {code.encode() for code in codes}
    (length,) = {len(code) for code in wanted}
    runs = re.finditer(rb"[A-Za-z2-9]{%d,}" % length, content)
    windows = (run[0][at : at + length] for run in runs for at in range(len(run[0]) - length + 1))
    return sorted({window.decode() for window in windows if window in wanted})


def look_through(place: Place, shop: DemoShop) -> dict[str, Any]:
    """Look everywhere; what the provider keeps shows that what is there would be found."""
    codes = codes_handed_over(place, shop)
    looked: dict[str, int] = {}
    found: dict[str, list[str]] = {}
    for one in (tables(shop), queues(shop), pages(place), files(place)):
        for where, content in one:
            looked[where] = len(content)
            if here := found_in(codes, content):
                found[where] = here
    kept = (place.instance / "simulator").rglob("*")
    provider = b"".join(path.read_bytes() for path in kept if path.is_file())
    return {
        "codes": len(codes),
        "found": found,
        "looked": looked,
        "at_the_provider": len(found_in(codes, provider)),
    }


def main(report: Path) -> int:
    """Play the demo with the API access log on, and write the report before its servers stop."""

    def play(place: Place, shop: DemoShop, recipients: int, seed: int) -> Played:
        with shop.app.app_context():
            switch_on()
        ended = _play(place, shop, recipients, seed)
        report.write_text(json.dumps(look_through(place, shop)), encoding="utf-8")
        return ended

    demo_play.play = play
    return demo.main()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
