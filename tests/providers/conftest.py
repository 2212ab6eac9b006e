"""Fixtures of the providers' tests."""

from collections.abc import Iterator

import pytest

from tests.providers.canned import Canned, canned_server


@pytest.fixture
def canned() -> Iterator[Canned]:
    """A running HTTP server that answers what the test tells it to."""
    with canned_server() as server:
        yield server
