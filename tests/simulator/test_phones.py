"""The phones: an SMS is read as on a handset, and its links can be opened."""

import re

import pytest

from smsadmin.simulator.phones import fragments, spaced, with_links
from tests.simulator.running import Simulator


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("Вот: https://s.example/l/Ab3.", 'Вот: <a href="{0}" rel="noreferrer">{0}</a>.'),
        ("(https://s.example/l/Ab3)", '(<a href="{0}" rel="noreferrer">{0}</a>)'),
        ("«https://s.example/l/Ab3»", '«<a href="{0}" rel="noreferrer">{0}</a>»'),
        ("javascript:alert(1) s.example/x", "javascript:alert(1) s.example/x"),
        ('https://s.example/"><b>', '<a href="{1}" rel="noreferrer">{1}</a>&#34;&gt;&lt;b&gt;'),
    ],
)
def test_only_web_addresses_become_links_and_everything_is_escaped(text: str, html: str) -> None:
    assert with_links(text) == html.format("https://s.example/l/Ab3", "https://s.example/")


def test_several_links_in_one_text_are_all_links() -> None:
    assert with_links("http://a.example/1 и http://b.example/2?x=1&y=2").count("<a ") == 2


@pytest.mark.parametrize(
    ("query", "looked_for"),
    [("", []), ("8 926 12", ["892612", "+792612"]), ("+7 (926)", ["7926"]), ("8", ["8"]), ("имя", [])],
)
def test_a_search_is_understood_as_people_write_numbers(query: str, looked_for: list[str]) -> None:
    assert fragments(query) == looked_for


@pytest.mark.parametrize(
    ("phone", "written"), [("+79261234567", "+7 926 123-45-67"), ("+4915112345", "+4915112345")]
)
def test_a_number_is_written_as_people_write_it(phone: str, written: str) -> None:
    assert spaced(phone) == written


def test_an_sms_is_read_with_sender_parts_and_a_link_to_open(simulator: Simulator, phone: str) -> None:
    simulator.smsc(list=f"{phone}:Скидка http://127.0.0.1:1/l/Ab3 " + "я" * 50, sender="SHOP")

    page = simulator.get(f"/phones/{phone}")

    assert '<a href="http://127.0.0.1:1/l/Ab3"' in page.text
    assert ">SHOP<" in page.text
    assert "частей: 2" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_phone_with_the_newest_sms_stands_first(simulator: Simulator, phone: str) -> None:
    other = str(int(phone) + 500_000)
    simulator.smsc(list=f"{phone}:a")
    simulator.smsc(list=f"{other}:b")
    simulator.smsc(list=f"{phone}:c")

    listed = re.findall(r"/phones/(\d+)\?", simulator.get("/phones").text)

    assert listed[:2] == [phone, other]


def test_a_phone_is_found_by_a_part_of_its_number(simulator: Simulator, phone: str) -> None:
    simulator.smsc(list=f"{phone}:a")

    page = simulator.get("/phones", q=f"8 {phone[1:4]} {phone[4:]}", lang="en").text

    assert re.findall(r"/phones/(\d+)\?", page) == [phone]
    assert "No phone with this number" in simulator.get("/phones", q="000000000", lang="en").text


def test_the_list_renews_itself_but_not_under_the_fingers_of_who_searches(simulator: Simulator) -> None:
    assert 'http-equiv="refresh"' in simulator.get("/phones").text
    assert 'http-equiv="refresh"' not in simulator.get("/phones", q="").text


@pytest.mark.parametrize(("lang", "title"), [(None, "Телефоны"), ("ru", "Телефоны"), ("en", "Phones")])
def test_the_pages_speak_russian_and_english(simulator: Simulator, lang: str | None, title: str) -> None:
    query = {"lang": lang} if lang else {}

    assert f"<h1>{title}</h1>" in simulator.get("/phones", **query).text


def test_a_phone_that_got_nothing_says_so(simulator: Simulator) -> None:
    page = simulator.get("/phones/70000000000")

    assert page.status_code == 404
    assert "Ни на один телефон" in page.text
