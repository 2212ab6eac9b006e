"""Notifications about a customer's events: the catalogue, the switches, and `emit()` for the host."""

from smsadmin.events.emit import emit

__all__ = ["emit"]
