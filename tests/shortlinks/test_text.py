"""Links in texts: their places are kept by markers, and filled again."""

import pytest

from shortlinks.text import MARKER, fill, put_markers


def test_what_is_filled_in_stands_in_the_place_of_its_link() -> None:
    marked, _ = put_markers("Раз https://a.ru/1, два https://b.ru/2.")
    assert fill(marked, ["s.ru/x", "s.ru/y"]) == "Раз s.ru/x, два s.ru/y."


def test_a_replacement_that_is_missing_is_an_error() -> None:
    marked, _ = put_markers("https://a.ru https://b.ru")
    with pytest.raises(IndexError):
        fill(marked, ["s.ru/x"])


def test_a_marker_in_the_template_is_removed_and_not_filled() -> None:
    marked, urls = put_markers(f"{MARKER}\ue100 и \U000f0001https://a.ru")
    assert urls == ["https://a.ru"]
    assert fill(marked, ["s.ru/x"]) == " и s.ru/x"
