"""Rendering: a template that is taken apart once gives what filling and counting the whole text would give."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsadmin.text import placeholders
from smsadmin.text.parts import count_parts
from smsadmin.text.template import LinkPlan, Rendered, Template


def marker(index: int) -> str:
    return "\ue000" + chr(0xE100 + index)


PIECES = st.sampled_from([
    "{name}", "{city}", "{nobody}", "100%", "%s", "€", "Привет", "hello ", "😀", "a" * 60, "я" * 30,
    "https://shop.ru/{city}?x={name} ", "https://{city}.ru/ ", marker(0), marker(1),
])  # fmt: skip
VALUES = st.sampled_from(
    ["", "Анна", "Ann", "😀", "€", "%d", "{city}", "x\ny", "я" * 40, "o" * 90, "\ue000", "`"]
)
LENGTHS = st.one_of(st.none(), st.integers(8, 40))


@given(
    texts=st.lists(PIECES, max_size=8),
    lengths=st.tuples(LENGTHS, LENGTHS, LENGTHS, LENGTHS),
    name=VALUES,
    city=VALUES,
    signs_in=st.booleans(),
)
def test_a_text_is_the_same_as_if_everything_was_looked_at_anew(
    texts: list[str], lengths: tuple[int | None, ...], name: str, city: str, signs_in: bool
) -> None:
    plans = [
        LinkPlan("https://shop.ru/a%20{name}?{city}", lengths[0], lengths[1]),
        LinkPlan("https://shop.ru/b", lengths[2], lengths[3]),
    ]
    template = Template("".join(texts), plans, marker)
    values = {"name": name, "city": city}

    assert template.render(values, signs_in) == _anew(template, values, signs_in)


def _anew(template: Template, values: dict[str, str], signs_in: bool) -> Rendered:
    text = arriving = placeholders.fill(template.marked, values)
    for index, plan in enumerate(template.plans):
        if chars := plan.chars(signs_in):
            arriving = arriving.replace(marker(index), "x" * chars)
        else:
            address = placeholders.fill(plan.url, values)
            text, arriving = text.replace(marker(index), address), arriving.replace(marker(index), address)
    parts = count_parts(arriving).count
    if not template.plans[0].chars(signs_in):
        return Rendered(text, len(arriving), parts)
    kept = {name: placeholders.cleaned(value) for name, value in values.items()}
    return Rendered(text, len(arriving), parts, json.dumps(kept, ensure_ascii=False))


@pytest.mark.parametrize(
    ("click", "login", "keeps"), [(8, None, True), (None, 14, True), (None, None, False)]
)
def test_values_are_kept_where_an_address_with_placeholders_is_shortened_for_somebody(
    click: int | None, login: int | None, keeps: bool
) -> None:
    template = Template(marker(0), [LinkPlan("https://shop.ru/{card}", click, login)], marker)

    assert template.keeps_values is keeps
    assert (template.render({"card": "1\n2"}, signs_in=True).link_values == '{"card": "1 2"}') is keeps


def test_no_values_are_kept_for_links_without_placeholders() -> None:
    template = Template("{card} " + marker(0), [LinkPlan("https://shop.ru/", 8, 14)], marker)

    assert not template.keeps_values
    assert template.render({"card": "1"}, signs_in=True).link_values is None


@pytest.mark.parametrize(("signs_in", "parts"), [(True, 2), (False, 1)])
def test_a_longer_link_may_take_one_more_part(signs_in: bool, parts: int) -> None:
    template = Template("Я" * 40 + " " + marker(0), [LinkPlan("https://shop.ru/", 25, 31)], marker)

    assert template.render({}, signs_in).parts == parts
