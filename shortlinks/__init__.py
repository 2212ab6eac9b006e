"""Short links for any Flask app: short codes, clicks counted once, links that sign a customer in."""

from shortlinks import migrate
from shortlinks.extension import ShortLinks
from shortlinks.gate import Gate, Verdict

__all__ = ["Gate", "ShortLinks", "Verdict", "migrate"]
