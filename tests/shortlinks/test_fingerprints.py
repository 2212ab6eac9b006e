"""A fingerprint tells whether a text is the same, to whoever has the key, and is nothing to anybody else."""

from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from shortlinks.fingerprints import LONGEST, fingerprinter, is_fingerprint_of
from tests.shortlinks.host import KEY, OTHER_KEY, make_host

PHONE = "+79261234567"


def test_it_is_of_one_text_only(app: Flask) -> None:
    made = fingerprinter()(PHONE)
    assert is_fingerprint_of(PHONE, made)
    for other in ("+79261234568", "", PHONE + " ", made):
        assert not is_fingerprint_of(other, made)
    for other in ("", "1:", made[:-1], made + "A", made.replace("1:", "2:", 1)):
        assert not is_fingerprint_of(PHONE, other)


def test_it_stays_good_while_its_key_does_and_no_longer(app: Flask, engine: Engine, spool: Path) -> None:
    made = fingerprinter()(PHONE)
    for keys, good in (
        ({"2": OTHER_KEY, "1": KEY}, True),
        ({"2": OTHER_KEY}, False),
        ({"1": OTHER_KEY}, False),
    ):
        with make_host(engine, spool, SHORTLINKS_KEYS=keys).app_context():
            assert is_fingerprint_of(PHONE, made) is good


def test_the_longest_fits_its_column(engine: Engine, spool: Path) -> None:
    with make_host(engine, spool, SHORTLINKS_KEYS={"k:" * 16: KEY}).app_context():
        made = fingerprinter()(PHONE)
        assert len(made) <= LONGEST
        assert is_fingerprint_of(PHONE, made)
