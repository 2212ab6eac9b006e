"""A second host, unlike the one in the box: other names, UUID keys, phones as typed, no Flask-Migrate."""

from tests.hostapp.app import create_host
from tests.hostapp.models import create_tables

__all__ = ["create_host", "create_tables"]
