"""Where a short link may lead: to http(s) addresses as browsers read them; and what is the own site; pure."""

from urllib.parse import urlsplit

from shortlinks.settings import host_of


def check_target(url: str) -> None:
    """Raise ValueError unless `url` is a whole http(s) address that every browser reads as we do."""
    # Browsers drop control characters and take a backslash for a slash: they would see another host.
    if any(character <= " " or character in "\\\x7f" for character in url):
        raise ValueError(f"A link may hold no blank, backslash or control character: {url!r}.")
    try:
        parts = urlsplit(url)
        host = host_of(url)
    except ValueError as error:
        raise ValueError(f"'{url}' is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise ValueError(f"A link must be like 'https://shop.example/sale', not '{url}'.")


def is_own_site(url: str, main_url: str) -> bool:
    """Tell whether a target is on the main site: same scheme, host and port, below its path."""
    try:
        check_target(url)
    except ValueError:
        return False
    target, main = urlsplit(url), urlsplit(main_url)
    below = (target.path.rstrip("/") + "/").startswith(main.path.rstrip("/") + "/")
    return target.scheme == main.scheme and host_of(url) == host_of(main_url) and below
