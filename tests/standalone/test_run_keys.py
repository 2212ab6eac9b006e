"""Keys are made once, for the eyes of their owner only."""

import base64
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from smsadmin.standalone.keys import BadKeys, load_or_make


def test_the_next_start_has_the_same_keys(tmp_path: Path) -> None:
    assert load_or_make(tmp_path) == load_or_make(tmp_path)


def test_two_clones_have_different_keys(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = load_or_make(tmp_path / "one"), load_or_make(tmp_path / "two")
    assert {one.secret_key, one.fernet_key, one.shortlinks_key, one.shortlinks_salt}.isdisjoint(
        {two.secret_key, two.fernet_key, two.shortlinks_key, two.shortlinks_salt}
    )


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    load_or_make(tmp_path)
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_they_fit_what_they_are_for(tmp_path: Path) -> None:
    keys = load_or_make(tmp_path)
    assert Fernet(keys.fernet_key).encrypt(b"")
    key_id, _, key = keys.shortlinks_key.partition(":")
    assert key_id == "1"
    assert len(base64.b64decode(key)) == 32


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"secret_key": "x"}', "\xff"])
def test_a_spoilt_file_is_named_and_never_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(BadKeys, match="keys.json cannot be read"):
        load_or_make(tmp_path)
    assert path.read_bytes() == content.encode("latin-1")


def test_an_interrupted_start_leaves_no_half_of_a_key(tmp_path: Path) -> None:
    (tmp_path / "keys.draft").write_text('{"secret_key": "half')
    assert load_or_make(tmp_path).secret_key != "half"
