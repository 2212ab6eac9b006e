"""Every state and reason has words on the screens, and the screens have words for nothing else."""

import re
from enum import StrEnum
from typing import Any

import pytest

from smsadmin.admin import wording
from smsadmin.reasons import Reason
from smsadmin.states import BroadcastState, State

TABLES = [
    (State, wording.STATE_WORDS),
    (State, wording.STATE_COLOURS),
    (BroadcastState, wording.BROADCAST_WORDS),
    (BroadcastState, wording.BROADCAST_COLOURS),
    (Reason, wording.REASON_SENTENCES),
]


@pytest.mark.parametrize(("words_of", "table"), TABLES)
def test_everything_has_words_and_nothing_else_has(
    words_of: type[StrEnum], table: dict[StrEnum, Any]
) -> None:
    assert list(table) == list(words_of)


def test_no_two_states_and_no_two_reasons_say_the_same() -> None:
    for words in (wording.STATE_WORDS, wording.BROADCAST_WORDS):
        assert len({str(word) for word in words.values()}) == len(words)
    sentences = [str(sentence.says) for sentence in wording.REASON_SENTENCES.values()]
    assert len(set(sentences)) == len(sentences)


def test_a_reason_is_a_whole_sentence_with_a_line_of_advice() -> None:
    for sentence in wording.REASON_SENTENCES.values():
        for said in (str(sentence.says), str(sentence.advice)):
            assert re.fullmatch(r"[A-Z].+\.", said)
