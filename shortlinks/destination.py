"""Where a link leads: to the address of its block, with the message's own values where it has placeholders."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from shortlinks.blocks import Hit
from shortlinks.cache import DatabaseAway
from shortlinks.personal import filled
from shortlinks.shortener import current_shortener

log = logging.getLogger(__name__)


def destination(hit: Hit) -> str:
    """Return where a link leads; raise `DatabaseAway`.

    A message that is gone, or whose values were erased, leads to the address with nothing in their places: its
    recipient still comes to the site.
    """
    if not hit.block.personal:
        return hit.block.url
    values = current_shortener().values
    try:
        known = values(hit.block.owner, hit.position) if values else None
    except SQLAlchemyError as error:
        log.error("The values of a link could not be read: %s", type(error).__name__)
        raise DatabaseAway from None
    return filled(hit.block.url, known or {})
