"""Where in a long list a screen is: what its address says, kept within what the database's integers hold."""

from flask import request

ON_A_PAGE = 50
LAST_PAGE = 1_000_000
"""No list is longer."""
LARGEST_ID = 2**63 - 1


def page_number() -> int:
    """Return which page of a list is asked for."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def last_page(total: int) -> int:
    """Return the number of the last page of a list."""
    return max(-(-total // ON_A_PAGE), 1)


def row_id(name: str) -> int | None:
    """Return the row after or before which a list goes on; None where the address names none."""
    asked = request.args.get(name, type=int)
    return None if asked is None else min(max(asked, 0), LARGEST_ID)
