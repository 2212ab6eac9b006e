"""To which phone a message went whose links sign in: kept as a keyed hash, which stays when the number is erased."""

from collections.abc import Callable

from shortlinks.fingerprints import fingerprinter, is_fingerprint_of
from smsadmin.models import Message


def phone_hasher() -> Callable[[str], str]:
    """Return the function that makes `Message.phone_hash` of an E.164 number."""
    return fingerprinter()


def went_to(message: Message, phone: str | None) -> bool:
    """Say whether this is the number that a message was written for."""
    if not phone:
        return False
    if message.phone_hash is None:
        # Written before there were hashes.
        return message.phone == phone
    return is_fingerprint_of(phone, message.phone_hash)
