"""SQL that finds customers by name and phone, and words in any text, alike on SQLite and PostgreSQL.

SQLite's own `lower` and `LIKE` know no Cyrillic, so its connections get two functions of ours; PostgreSQL
folds Cyrillic by itself wherever the database has a UTF-8 locale.
"""

from collections.abc import Callable
from typing import Any

import phonenumbers
from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import Session

ColumnFunction = Callable[[Any], ColumnElement[str]]


def name_like(session: Session, name: Any, text: str) -> ColumnElement[bool]:
    """Match names that contain every word of the text, in any order and whatever the case."""
    return and_(*(contains(session, name, word) for word in text.split()))


def contains(session: Session, column: Any, words: str) -> ColumnElement[bool]:
    """Match texts in which these words stand just so, whatever the case."""
    fold = _fold(session)
    return fold(column).like(fold(_containing(words)), escape="\\")


def phone_like(session: Session, phone: Any, digits: str, region: str) -> ColumnElement[bool]:
    """Match a fragment of an E.164 number also where the host wrote `8 926 …` or `926 …` for +7926…."""
    written = digits_of(session, phone)
    anywhere = written.contains(digits, autoescape=True)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if metadata is None or not digits.startswith(str(metadata.country_code)):
        return anywhere
    national = digits.removeprefix(str(metadata.country_code))
    if not national:
        return anywhere
    trunk = f"{metadata.national_prefix or ''}{national}"
    return or_(anywhere, *(written.startswith(start, autoescape=True) for start in {trunk, national}))


def digits_of(session: Session, phone: Any) -> ColumnElement[str]:
    """Return the phone's digits alone, whatever way the host wrote it."""
    if _on_sqlite(session):
        return _own_function(session, "smsadmin_digits", _digits)(phone)
    return func.regexp_replace(phone, "[^0-9]", "", "g")


def _fold(session: Session) -> ColumnFunction:
    return _own_function(session, "smsadmin_fold", _casefold) if _on_sqlite(session) else func.lower


def _containing(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _own_function(session: Session, name: str, function: Callable[[Any], str | None]) -> ColumnFunction:
    """Give this connection the function once: SQLite refuses to replace one that a running query uses."""
    connection = session.connection()
    if name not in connection.info:
        driver: Any = connection.connection.driver_connection
        driver.create_function(name, 1, function, deterministic=True)
        connection.info[name] = True
    own: ColumnFunction = getattr(func, name)
    return own


def _casefold(text: Any) -> str | None:
    return None if text is None else str(text).casefold()


def _digits(text: Any) -> str | None:
    return None if text is None else "".join(c for c in str(text) if c in "0123456789")
