"""Which addresses are public: a base URL typed on a screen must not lead into the private network."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

_TRANSLATED = tuple(map(IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
"""Notations of IPv4 (RFC 6052, 4291, 2765): the last four bytes are the address that is reached."""

_PRIVATE = tuple(map(ip_network, ("fec0::/10", "64:ff9b:1::/48", "168.63.129.16/32")))
"""What `ipaddress` takes for public: site-local, locally translated, and the inner server of a large cloud."""


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public network, whatever notation hides it."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(found)
    if inner is not None:
        return is_public(str(inner))
    private = found.is_multicast or any(found.version == net.version and found in net for net in _PRIVATE)
    return found.is_global and not private


def is_http(url: str) -> bool:
    """Say whether this is an absolute http(s) address with a host and without user, query or fragment."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    return parts.scheme in ("http", "https") and bool(host) and bare and not any(map(str.isspace, url))


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in _TRANSLATED) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
