"""What holds for links in any text at all, however strange."""

import string

from hypothesis import example, given
from hypothesis import strategies as st

from shortlinks.addresses import bare_addresses, spoilt_addresses
from shortlinks.text import FIRST_INDEX, MARKER, fill, put_markers

ANY_TEXT = st.text(st.characters(exclude_categories=["Co", "Cs"]), max_size=12)
"""All but private-use characters, of which the markers are made."""

SCRAPS = [
    "https://",
    "HTTP://",
    "https://shop.ru/a",
    "http://магазин.рф",
    "(https://x.ru).",
    "https://[::1]:80/",
    "https://me:pw@x.ru",
    "shop.ru",
    "www.",
    "{имя}",
    "{first name}",
    *".,:;!?@#/\\|()[]{}«»\"'\n _-…🔥\u0306%",
]
"""What makes links, breaks them, or stands around them."""

RUNNING_TEXT = st.lists(st.one_of(ANY_TEXT, st.sampled_from(SCRAPS)), max_size=12).map("".join)

WORDS = ANY_TEXT.filter(lambda text: "http" not in text.lower())
LABELS = st.text(string.ascii_letters + string.digits + "абвгдёжЩя", min_size=1, max_size=8)
ENDS = st.text(string.ascii_letters + string.digits + "яЁ/-_=", min_size=1, max_size=8)
LINKS = st.builds(
    lambda scheme, host, port, middle, end: f"{scheme}://{'.'.join(host)}{port}/{middle}{end}",
    st.sampled_from(["http", "https", "HTTPS", "Http"]),
    st.lists(LABELS, min_size=1, max_size=4),
    st.sampled_from(["", ":80", ":65535"]),
    st.text(string.ascii_letters + string.digits + "яЁ/?#&=.,:;!@%+~*'-_$", max_size=20),
    ENDS,
)


@given(RUNNING_TEXT)
@example("https://a.ru/}{first name}")
def test_unwrapping_what_was_wrapped_gives_the_text_back(text: str) -> None:
    marked, urls = put_markers(text)

    assert fill(marked, urls) == text


@given(st.lists(st.tuples(WORDS, LINKS), max_size=5), WORDS)
def test_all_that_is_not_a_link_is_untouched_to_the_character(
    pairs: list[tuple[str, str]], last: str
) -> None:
    text = "".join(f"{words} {link} " for words, link in pairs) + last
    marked = "".join(f"{words} {MARKER}{chr(FIRST_INDEX + n)} " for n, (words, _) in enumerate(pairs)) + last

    assert put_markers(text) == (marked, [link for _, link in pairs])


@given(WORDS)
def test_a_text_without_a_protocol_has_no_link(text: str) -> None:
    assert put_markers(text) == (text, [])


@given(RUNNING_TEXT)
@example("https://a.ru/}{first name}")
def test_a_link_that_is_found_is_found_again_when_it_stands_alone(text: str) -> None:
    for url in put_markers(text)[1]:
        assert put_markers(url)[1] == [url]
        assert url.lower().startswith(("http://", "https://"))


@given(RUNNING_TEXT)
def test_what_is_pointed_out_stands_in_the_text_outside_of_its_links(text: str) -> None:
    outside = fill(*unlinked(text))

    for address in bare_addresses(text) + spoilt_addresses(text):
        assert address in outside


def unlinked(text: str) -> tuple[str, list[str]]:
    """Return the text with its links' places, and a blank for each."""
    marked, urls = put_markers(text)
    return marked, [" "] * len(urls)
