"""Reserves runs of numbers for links, writes their codes, and finds what a code stands for.

A broadcast to a million people with two links stores two rows (four with login). All functions work on the
current app's short links and need an app context; those that write use a short transaction of their own, so
call them with no write transaction open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session, scoped_session

from shortlinks.codes import Reading, code_chars, first_fitting
from shortlinks.models import Counter, LinkBlock, OpenRun
from shortlinks.numbers import Link, add_block, lock_counter
from shortlinks.positions import take_position
from shortlinks.shortener import Shortener, current_shortener
from shortlinks.transactions import write

__all__ = [
    "Hit",
    "Link",
    "address_chars",
    "block_code",
    "is_revoked",
    "masked_address",
    "reserve",
    "resolve",
    "resolve_known",
    "revoke",
    "short_address",
    "short_addresses",
    "take_position",
]


@dataclass(frozen=True)
class Hit:
    """What a code stands for: the message at `position` of the block's owner."""

    block: LinkBlock
    position: int

    @property
    def number(self) -> int:
        """The link's number, under which clicks and logins are written down."""
        return self.block.first + self.position - self.block.first_position


def reserve(  # noqa: PLR0913 - each is named by the caller
    bind: Engine | Session | scoped_session[Session],
    *,
    url: str,
    owner: str,
    link_index: int,
    count: int,
    login: bool,
    first_position: int = 0,
) -> LinkBlock:
    """Reserve codes for `count` positions of one link from `first_position`; asked again, return the same block.

    `owner` is the host's name for the broadcast (up to 100 characters), `link_index` the link's place in its
    text. All codes of the block are equally long. An address may have placeholders behind its site
    (`personal`), whose values the host tells at each click. Raise ValueError for an address that is not http(s)
    or differs from what was reserved, `shortener.NoLogin` where nobody can be signed in, `shortener.NoValues`.
    """
    if count < 1:
        raise ValueError(f"A block needs at least one position, not {count}.")
    shortener = current_shortener()
    shortener.check_link(url, login)
    existing = select(LinkBlock).where(
        LinkBlock.owner == owner,
        LinkBlock.link_index == link_index,
        LinkBlock.login.is_(login),
        LinkBlock.first_position == first_position,
    )

    def work(session: Session) -> LinkBlock:
        # The lock comes first: whoever reserves the same link at the same moment waits here.
        lock_counter(session)
        return session.scalars(existing).one_or_none() or add_block(
            session,
            LinkBlock(
                url=url,
                owner=owner,
                link_index=link_index,
                login=login,
                first_position=first_position,
                count=count,
                key_id=shortener.codes.signing_key,
            ),
        )

    block = write(bind if isinstance(bind, Engine) else bind.get_bind().engine, work)
    if block.url != url or block.count < count:
        raise ValueError(f"Link {link_index} of '{owner}' is already reserved for another address or count.")
    return block


def block_code(block: LinkBlock, position: int) -> str:
    """Return the code of one position; raise IndexError for a position that is not the block's."""
    return _writing(block)(position)


def short_address(block: LinkBlock, position: int) -> str:
    """Return the whole short address; where the block is a login one, it is the customer's secret."""
    return short_addresses(block)(position)


def short_addresses(block: LinkBlock) -> Callable[[int], str]:
    """Return what writes the short address of each of a block's positions: thousands of them in half the time."""
    url, code_of = current_shortener().settings.url, _writing(block)
    return lambda position: url + code_of(position)


def _writing(block: LinkBlock) -> Callable[[int], str]:
    """Return what writes the codes of a block: thousands, of which only the number differs."""
    # Read once: each is looked up as an attribute of a mapped object.
    first, first_position, count = block.first, block.first_position, block.count
    login, key_id, personal = block.login, block.key_id, _is_only_personal(block)
    encode = current_shortener().codes.encode

    def code_of(position: int) -> str:
        index = position - first_position
        if not 0 <= index < count:
            raise IndexError(f"Position {position} is not in the block of {count} from {first_position}.")
        return encode(first + index, login=login, key_id=key_id, personal=personal)

    return code_of


def masked_address(scheme: bool = False) -> str:
    """Return what screens, exports and logs show in the place of a short address, with its scheme where asked."""
    url = current_shortener().settings.url
    return (url if scheme else url.partition("://")[2]) + "••••"


def address_chars(login: bool, block: LinkBlock | None = None, count: int = 1, personal: bool = False) -> int:
    """Return how many characters a short address has: of `block`, or else of the next block of `count`.

    Without a block this reads the counter once and is an estimate: somebody else may reserve in between; then
    `personal` says whether the link has placeholders.
    """
    shortener = current_shortener()
    if block is not None:
        first, personal = block.first, block.personal
    else:
        with Session(shortener.engine) as session:
            first = first_fitting(session.scalars(select(Counter.next)).one(), count)
    return len(shortener.settings.url) + code_chars(first, login, personal)


def resolve(code: str) -> Hit | None:
    """Return what a code stands for, None for an unknown or forged one; rarely reads the database."""
    shortener = current_shortener()
    return _resolve(shortener, code, shortener.known_blocks.find_or_read)


def resolve_known(shortener: Shortener, code: str) -> Hit | None:
    """Return what a code stands for, None also where this process does not know its block; reads no database."""
    return _resolve(shortener, code, lambda _: None)


def _resolve(shortener: Shortener, code: str, read: Callable[[int], LinkBlock | None]) -> Hit | None:
    codes, known = shortener.codes, shortener.known_blocks
    for reading in codes.readings(code):
        block = known.find(reading.number)
        if block is None and codes.verifies_with_any_key(reading):
            block = read(reading.number)
        if block is None or not _is_of_kind(block, reading) or not codes.verifies(reading, block.key_id):
            continue
        return Hit(block, block.first_position + reading.number - block.first)
    return None


def _is_of_kind(block: LinkBlock, reading: Reading) -> bool:
    return block.login == reading.login and _is_only_personal(block) == reading.personal


def _is_only_personal(block: LinkBlock) -> bool:
    """Tell whether its codes have the tag of personal links: those that sign in keep their own."""
    return block.personal and not block.login


def revoke(owner: str, *, before: int | None = None) -> int:
    """End the logins of all links of `owner` for ever (they still lead on); return how many blocks.

    With `before` only those of the blocks that begin before this position.
    """
    logins = update(LinkBlock).where(
        LinkBlock.owner == owner, LinkBlock.login.is_(True), LinkBlock.revoked_at.is_(None)
    )
    if before is not None:
        logins = logins.where(LinkBlock.first_position < before)

    def work(session: Session) -> int:
        ended = session.scalars(logins.values(revoked_at=datetime.now(UTC)).returning(LinkBlock.id)).all()
        # Messages still to come must not take positions from a revoked block.
        session.execute(delete(OpenRun).where(OpenRun.owner == owner))
        return len(ended)

    return write(current_shortener().engine, work)


def is_revoked(block: LinkBlock) -> bool:
    """Tell, by a fresh read, whether this block's logins were revoked."""
    with Session(current_shortener().engine) as session:
        return session.scalars(select(LinkBlock.revoked_at).where(LinkBlock.id == block.id)).one() is not None
