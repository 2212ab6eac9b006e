"""Everything that can be set on the simulator, in one frozen value that travels to the serving process."""

from dataclasses import dataclass, field
from pathlib import Path

from smsadmin.simulator.script import Script

LIMITS = ("complain", "enforce")


@dataclass(frozen=True)
class Account:
    """The one account that a simulated provider knows; anybody else gets its wrong-password reply."""

    login: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """How the simulator plays; times are in seconds, `directory` is where it keeps what it accepted."""

    directory: Path
    host: str = "127.0.0.1"
    port: int = 8025
    script: Script = field(default_factory=Script)
    smsc: Account = field(default_factory=lambda: Account("demo", "demo-password"))
    twilio: Account = field(default_factory=lambda: Account("AC" + "0" * 32, "demo-token"))
    seventech: Account = field(default_factory=lambda: Account("demo", "demo-password"))
    smsc_callback: str = field(default="", repr=False)
    """The address that an account's owner enters in SMSC's cabinet; empty is none, so no receipts."""
    smsc_callback_secret: str = field(default="", repr=False)
    """With it, SMSC's callbacks are signed over `id:phone:status:<secret>`."""
    smsc_signature: str = "md5"
    """How they are signed; the field of the callback bears the same name."""
    limits: str = "complain"
    """One of `LIMITS`: SMSC's published limits make warnings only, or are enforced."""
    minute: float = 60.0
    """How long the minute of these limits lasts."""
    hang: float = 30.0
    """How long an answer that "does not come" is held before the connection breaks, and a dripping one takes."""
    retry_pause: float = 1.0
    """The pause before a refused receipt is tried again; it doubles each time."""
