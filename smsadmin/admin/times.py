"""Times and money on the screens."""

from smsadmin.shown import shown_money, shown_second, shown_time

__all__ = ["shown_money", "shown_second", "shown_time"]
