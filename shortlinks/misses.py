"""Counts wrong codes per address and minute: who guesses too much gets the shortest answer there is.

Only misses are counted and only misses are refused; a good code never comes here, whoever else guesses behind
the same address. Flask-Limiter decides before the view, from all requests alike, and would refuse the good code
too; its settings also belong to the host's own limits. So this uses `limits`, which it stands on, in memory: no
server can be away, and each serving process counts for itself.
"""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


class Misses:
    """The misses of this process; `most` of one address in a minute are answered as misses, 0 means all."""

    def __init__(self, most: int) -> None:
        self._limit = RateLimitItemPerMinute(most) if most else None
        self._counted = FixedWindowRateLimiter(MemoryStorage())

    def too_many(self, address: str | None) -> bool:
        """Count one miss of this address; tell whether it is beyond the limit."""
        return self._limit is not None and not self._counted.hit(self._limit, _neighbourhood(address))


def _neighbourhood(address: str | None) -> str:
    """Return what one guesser has: an IPv4 address, or 64 bits of IPv6."""
    # Without an address it is "None": a proxy's business; whoever comes so shares one count.
    return str(network_of(address, ipv4_bits=32, ipv6_bits=64))


def network_of(address: str | None, *, ipv4_bits: int, ipv6_bits: int) -> IPv4Network | IPv6Network | None:
    """Return the network of a visitor's address, None where there is no address.

    A server that listens for both kinds at once writes IPv4 as `::ffff:203.0.113.9`: that is an IPv4 address.
    """
    try:
        whole = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(whole, IPv6Address):
        whole = whole.ipv4_mapped or whole
    bits = ipv4_bits if whole.version == 4 else ipv6_bits
    return ip_network(f"{whole}/{bits}", strict=False)
