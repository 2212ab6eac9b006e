"""Seal and open secrets at rest with the keys from the environment (Fernet; the newest key seals, all open)."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from smsadmin.current import settings


class NoKey(Exception):
    """There is no key, or not the one that sealed this secret: nothing can be sent."""


def seal(secret: str) -> str:
    """Return `secret` encrypted; raise `NoKey`."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the secret again; raise `NoKey`."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise NoKey("no key in SMSADMIN_KEYS opens this secret") from error


def _fernet() -> MultiFernet:
    keys = settings().keys
    if not keys:
        raise NoKey("SMSADMIN_KEYS is empty")
    return MultiFernet([Fernet(key) for key in keys])
