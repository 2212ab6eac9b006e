"""A provider's address as it is typed on the screen: http(s), and not into the private network."""

from urllib.parse import urlsplit

from wtforms import ValidationError

from smsadmin.current import settings
from smsadmin.i18n import _
from smsadmin.providers.addresses import is_http, is_public
from smsadmin.providers.resolving import resolved

LONGEST = 200
PATIENCE = 5.0
"""The most that resolving the name may take, in seconds."""


def check_base_url(url: str) -> None:
    """Raise `ValidationError` for what no provider can be called at; resolves the name where that matters."""
    if not is_http(url):
        raise ValidationError(
            _("Write the whole address, with http:// or https:// and without name, password, ? and #.")
        )
    if len(url) > LONGEST:
        raise ValidationError(_("This address is too long: at most %(max)d characters.", max=LONGEST))
    if settings().private_addresses:
        return
    parts = urlsplit(url)
    addresses = _resolved(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    if not addresses:
        raise ValidationError(_("There is no host of the name %(host)s.", host=parts.hostname))
    if not all(is_public(address) for address in addresses):
        raise ValidationError(
            _("%(host)s is in the private network. A provider has a public address.", host=parts.hostname)
        )


def _resolved(host: str, port: int) -> list[str]:
    """Return the IP addresses behind a name; none where it does not resolve in time."""
    try:
        return [str(address[0]) for _family, address in resolved(host, port, PATIENCE)]
    except OSError:
        return []
