"""Bringing the database up to date for `make run`, with settings and keys as people leave them."""

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from smsadmin.standalone.children import NotStarted
from smsadmin.standalone.environment import Place, environment
from smsadmin.standalone.keys import load_or_make
from smsadmin.standalone.prepare import Prepared, prepare


def prepared(folder: Path, monkeypatch: pytest.MonkeyPatch, **given: str) -> Prepared:
    """Prepare the box in a folder, with these variables set and no others of ours."""
    place = Place(folder)
    ours = ("SMSADMIN_", "SHORTLINKS_")
    rest = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    monkeypatch.setattr("os.environ", rest)
    told = environment(place, load_or_make(folder), "redis://127.0.0.1:1/0", given)
    return prepare(told, place.local_shop)


def test_another_key_than_the_one_before_starts_with_sending_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "/sms/receipts/smsc/" in prepared(tmp_path, monkeypatch).smsc_callback

    after = prepared(tmp_path, monkeypatch, SMSADMIN_KEYS=Fernet.generate_key().decode())

    assert after.smsc_callback == ""
    assert after.sign_ins


@pytest.mark.parametrize("value", ["{'RUB': 500}", "{RUB", '["a"'])
def test_a_setting_that_is_no_json_is_named_and_not_repeated(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotStarted, match="SMSADMIN_BALANCE_LIMITS begins with . but is not JSON") as said:
        prepared(tmp_path, monkeypatch, SMSADMIN_BALANCE_LIMITS=value)

    assert value not in str(said.value)


def test_what_our_own_sentence_proposes_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotStarted) as said:
        prepared(tmp_path, monkeypatch, SMSADMIN_BALANCE_LIMITS="500")
    proposed = str(said.value).partition("write it like ")[2].removesuffix(".")

    assert prepared(tmp_path, monkeypatch, SMSADMIN_BALANCE_LIMITS=proposed).sign_ins
