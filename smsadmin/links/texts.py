"""Short links in texts: markers while a text is stored or shown, codes when it is handed over."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from flask import current_app

from shortlinks import blocks as link_blocks
from shortlinks import text as link_text
from shortlinks.models import LinkBlock
from shortlinks.personal import check_address, filled, is_personal, is_too_long, stays_on
from smsadmin.current import settings
from smsadmin.database import engine, read
from smsadmin.links.owner import is_endless, owner_of
from smsadmin.links.values import kept_values
from smsadmin.models import Broadcast
from smsadmin.text.template import LinkPlan, Template

MARGIN = 1000
"""Customers who may appear while a list is being formed, besides a tenth of those who were there."""

RUN = 10_000
"""Positions in one block of a broadcast that goes on for ever: the next block is reserved when one is used up."""

BLOCKS = "smsadmin.blocks"
"""The key in `app.extensions` of the blocks that this process has asked for."""


class Written(Protocol):
    """A message as far as its text and its links go."""

    @property
    def broadcast_id(self) -> int | None: ...  # noqa: D102

    @property
    def text(self) -> str: ...  # noqa: D102

    @property
    def position(self) -> int | None: ...  # noqa: D102

    @property
    def signs_in(self) -> bool: ...  # noqa: D102

    @property
    def link_values(self) -> str | None: ...  # noqa: D102


def addresses(text: str) -> list[str]:
    """Return the complete links in a text."""
    return link_text.put_markers(text)[1]


def is_address(url: str) -> bool:
    """Say whether a link leads anywhere, with whatever values: a host that can exist, nothing that no browser opens."""
    try:
        check_address(url)
    except ValueError:
        return False
    return True


def can_sign_in(url: str) -> bool:
    """Say whether a link to this address may sign a customer in: it leads to the main site."""
    return stays_on(url, settings().public_url)


def overlong(broadcast: Broadcast) -> Callable[[Mapping[str, str]], bool] | None:
    """Return what tells whether somebody's values make a link that is wrapped too long; None where none has any."""
    wrapped = [
        url
        for url in _addresses(broadcast.prefixed_text or "")
        if is_personal(url) and (broadcast.wrap_clicks or (broadcast.wrap_login and can_sign_in(url)))
    ]
    return (lambda values: any(is_too_long(url, values) for url in wrapped)) if wrapped else None


def without_values(text: str) -> str:
    """Return the text with its links as they would be without placeholders: short addresses cost less then."""
    marked, urls = link_text.put_markers(text)
    return link_text.fill(marked, [filled(url, {}) for url in urls])


def template(broadcast: Broadcast) -> Template:
    """Return the broadcast's template, with numbers reserved for the codes of its next recipients' links."""
    marked, urls = link_text.put_markers(broadcast.prefixed_text or "")
    plans = [_plan(broadcast, index, url) for index, url in enumerate(urls)]
    return Template(marked, plans, _marker)


def room_for(broadcast: Broadcast, recipients: int) -> int:
    """Return the first position from which so many recipients have codes of one length; a gap may lie before it."""
    position = broadcast.next_position
    if not is_endless(broadcast) or position % RUN + recipients <= RUN:
        return position
    return (position // RUN + 1) * RUN


def example(text: str, wrap_clicks: bool, wrap_login: bool, audience: int) -> Template:
    """Return a template for a preview: with the lengths that its codes would have now, and nothing reserved."""
    marked, urls = link_text.put_markers(text)
    count = _numbers_for(audience)

    def chars(url: str, login: bool) -> int:
        return link_blocks.address_chars(login, count=count, personal=is_personal(url))

    plans = [
        LinkPlan(
            url,
            chars(url, login=False) if wrap_clicks else None,
            chars(url, login=True) if wrap_login and can_sign_in(url) else None,
        )
        for url in urls
    ]
    return Template(marked, plans, _marker)


def shown(text: str) -> str:
    """Return a stored text for a screen: no working link is shown anywhere."""
    hidden = link_blocks.masked_address(scheme=True)
    return link_text.fill(text, [hidden] * len(text))


def short_base() -> str:
    """Return how every short address begins, without its scheme: `s.example/`."""
    return link_blocks.masked_address().rstrip("•")


def _marker(index: int) -> str:
    return link_text.MARKER + chr(link_text.FIRST_INDEX + index)


def _plan(broadcast: Broadcast, index: int, url: str) -> LinkPlan:
    def chars(login: bool) -> int:
        return link_blocks.address_chars(login, _block(broadcast, index, url, login, broadcast.next_position))

    return LinkPlan(
        url,
        chars(login=False) if broadcast.wrap_clicks else None,
        chars(login=True) if broadcast.wrap_login and can_sign_in(url) else None,
    )


def _block(broadcast: Broadcast, index: int, url: str, login: bool, position: int) -> LinkBlock:
    known: dict[tuple[str, int, bool, int], LinkBlock] = current_app.extensions.setdefault(BLOCKS, {})
    first = _first(position) if is_endless(broadcast) else 0
    key = (owner_of(broadcast), index, login, first)
    if key not in known:
        # Blocks never change, so each process asks for one once.
        count = RUN if is_endless(broadcast) else _numbers_for(broadcast.audience_size)
        known[key] = link_blocks.reserve(
            engine(), url=url, owner=key[0], link_index=index, count=count, login=login, first_position=first
        )
    return known[key]


def _first(position: int) -> int:
    """Return the first position of the block that this one is in, of a broadcast that goes on for ever."""
    return position // RUN * RUN


def _numbers_for(audience: int) -> int:
    return audience + audience // 10 + MARGIN


def texts(messages: Sequence[Written]) -> list[str]:
    """Return the texts with their codes, for handing over to a provider and nothing else."""
    ids = {message.broadcast_id for message in messages if message.broadcast_id is not None}
    # Most often one, which SQLAlchemy looks up with a statement that is ready.
    found = read(lambda session: [session.get(Broadcast, number) for number in ids])
    of_broadcasts = {broadcast.id: _Texts(broadcast) for broadcast in found if broadcast}
    return [
        of_broadcasts[message.broadcast_id].text(message)
        if message.broadcast_id in of_broadcasts
        else message.text
        for message in messages
    ]


class _Texts:
    """Writes the texts of one broadcast: what all of its messages have in common is found once."""

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        self._clicks = broadcast.wrap_clicks
        self._is_endless = is_endless(broadcast)
        urls = _addresses(broadcast.prefixed_text or "")
        self._links = [(url, broadcast.wrap_login and can_sign_in(url)) for url in urls]
        self._writes: dict[tuple[int, bool, int], Callable[[int], str]] = {}

    def text(self, message: Written) -> str:
        """Return the text of a message with the codes of its links."""
        position = message.position
        if link_text.MARKER not in message.text or position is None:
            return message.text
        short = []
        for index, (url, signs_in) in enumerate(self._links):
            login = message.signs_in and signs_in
            if login or self._clicks:
                short.append(self._address(index, url, login, position))
            else:
                # The claim took the login out of a link that was to do nothing else.
                short.append(filled(url, kept_values(message.link_values) or {}))
        return link_text.fill(message.text, short)

    def _address(self, index: int, url: str, login: bool, position: int) -> str:
        key = (index, login, _first(position) if self._is_endless else 0)
        if key not in self._writes:
            block = _block(self._broadcast, index, url, login, position)
            self._writes[key] = link_blocks.short_addresses(block)
        return self._writes[key](position)


@lru_cache(maxsize=64)
def _addresses(text: str) -> Sequence[str]:
    # Of few broadcasts, hundreds of times each while they send.
    return tuple(addresses(text))
