"""SMS for the back office of a Flask app: a plugin for Flask-Admin."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smsadmin.events.emit import emit
    from smsadmin.extension import SmsAdmin
    from smsadmin.links import password_changed, revoke_links
    from smsadmin.signals import alert_raised, support_requested

__all__ = ["SmsAdmin", "alert_raised", "emit", "password_changed", "revoke_links", "support_requested"]


def __getattr__(name: str) -> Any:
    """Load the plugin when it is asked for: the simulator lives in this package and must not need it."""
    if name == "SmsAdmin":
        from smsadmin.extension import SmsAdmin

        return SmsAdmin
    if name == "emit":
        from smsadmin.events import emit

        return emit
    if name in ("password_changed", "revoke_links"):
        from smsadmin import links

        return getattr(links, name)
    if name in ("alert_raised", "support_requested"):
        from smsadmin import signals

        return getattr(signals, name)
    if name == "__version__":
        from smsadmin.version import own_version

        return own_version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
