"""Fixtures for the tests of the host in the box."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.standalone.shop import open_shop


@pytest.fixture
def shop(migrated_url: str, redis_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The shop with all tables and nobody in it."""
    with open_shop(migrated_url, redis_url, str(tmp_path / "clicks")) as app:
        yield app
