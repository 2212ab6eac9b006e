"""The Russian of the screens: complete, with the placeholders of the English, compiled, and really shown."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel, force_locale

from smsadmin.i18n import ngettext
from tests.admin.browser import Browser
from tests.plugin import Shop

ROOT = Path(__file__).parents[1]
CODE = ROOT / "smsadmin"
RUSSIAN = CODE / "translations/ru/LC_MESSAGES/smsadmin.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy": None, "lazy_pgettext": ((1, "c"), 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
LATIN = re.compile("[a-z]", re.IGNORECASE)
SAME_IN_BOTH = {"SMS", "SMS:", "Account SID", "Auth Token"}
"""Names that providers give to things, and the one word that Russian has taken."""

Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def russian() -> Catalog:
    return read_catalogue(RUSSIAN)


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="ru")


def entries(catalogue: Catalog) -> list[Message]:
    """Return all entries but the header."""
    return [entry for entry in catalogue if entry.id]


def key(entry: Message) -> Key:
    return entry.context, first(entry.id)


def first(text: str | list[str] | tuple[str, ...]) -> str:
    """Return the text, of a plural its singular."""
    return text if isinstance(text, str) else text[0]


def forms(entry: Message) -> list[str]:
    """Return the Russian text, of a plural all its forms."""
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or ())


def texts_in_code() -> Iterator[Key]:
    """Find the texts as `make messages` does."""
    with (ROOT / "scripts/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(CODE, method_map=methods, options_map=options, keywords=KEYWORDS)
    for _file, _line, text, _comments, context in found:
        yield context, first(text)


def test_the_catalogues_have_the_texts_of_the_code_and_no_others(russian: Catalog) -> None:
    template = read_catalogue(CODE / "translations/smsadmin.pot")
    in_code = set(texts_in_code())

    assert {key(entry) for entry in entries(russian)} == in_code, "run `make messages`, then translate"
    assert {key(entry) for entry in entries(template)} == in_code, "run `make messages`"
    assert not russian.obsolete


def test_every_text_has_a_russian_one(russian: Catalog) -> None:
    with_words = [entry for entry in entries(russian) if LATIN.search(PLACEHOLDER.sub("", first(entry.id)))]
    without = [entry.id for entry in with_words if not all(CYRILLIC.search(form) for form in forms(entry))]

    assert set(without) == SAME_IN_BOTH
    # The others are quotation marks and the like.
    assert [entry.id for entry in entries(russian) if not all(forms(entry))] == []


def test_no_text_is_a_guess(russian: Catalog) -> None:
    assert [entry.id for entry in entries(russian) if entry.fuzzy] == []


def test_the_russian_fills_in_what_the_english_does(russian: Catalog) -> None:
    for entry in entries(russian):
        wanted = set(PLACEHOLDER.findall(first(entry.id)))
        for form in forms(entry):
            assert set(PLACEHOLDER.findall(form)) == wanted, form


def test_what_is_shown_is_what_was_translated(russian: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, russian)

    assert RUSSIAN.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make messages`"


def test_a_page_asked_for_in_russian_is_russian(shop: Shop) -> None:
    manager = Browser(shop.app, "ru")
    manager.sign_in(shop.employee("operator").get_id())

    page = manager.read("/broadcasts/new")

    assert "Оборачивать ссылки для учёта кликов" in page
    assert "Оборачивать ссылки для авторизации" in page
    assert "Wrap links" not in page


@pytest.mark.parametrize(
    ("number", "button"),
    [
        (1, "Отправить 1 получателю"),
        (3, "Отправить 3 получателям"),
        (21, "Отправить 21 получателю"),
        (4302, "Отправить 4302 получателям"),
    ],
)
def test_a_number_takes_the_form_that_russian_wants(number: int, button: str) -> None:
    app = Flask("a host with nothing else")
    Babel(app)

    with app.app_context(), force_locale("ru"):
        assert ngettext("Send to %(num)d recipient", "Send to %(num)d recipients", number) == button
