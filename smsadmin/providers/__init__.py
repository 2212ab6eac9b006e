"""The SMS providers: the engine knows `base`; each file opens with its provider's code tables."""

from smsadmin.providers.base import Provider
from smsadmin.providers.seventech import SevenTech
from smsadmin.providers.smsc import SMSC
from smsadmin.providers.twilio import Twilio

PROVIDERS: dict[str, Provider] = {each.name: each for each in (SMSC(), Twilio(), SevenTech())}
"""All providers by name, in the fixed order in which they stand on screens and decide who sends."""


def provider(name: str) -> Provider:
    """Return the provider called `name`; raise `KeyError`."""
    return PROVIDERS[name]
