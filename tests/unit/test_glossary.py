"""The glossary's second table is read as it is written."""

import pytest

from tests.glossary import forms, refused_in, refused_words, words_of


def test_the_table_is_read_word_by_word() -> None:
    words = refused_words()
    assert words["door"] == words["entrance"] == "submission policy"
    assert words["answer"] == "response"
    assert {"not", "---", ""}.isdisjoint(words)
    assert len(words) >= 25


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("last_event", ["last", "event"]),
        ("HttpResponse", ["http", "response"]),
        ("readSESTags", ["read", "ses", "tags"]),
        ("_utf8_size", ["utf", "8", "size"]),
        ("on-brand", ["on", "brand"]),
    ],
)
def test_a_name_is_split_at_underscores_and_capitals(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_regular_forms_are_refused_too() -> None:
    assert forms("press") == {"press", "presses", "pressed", "pressing"}
    assert forms("judge") == {"judge", "judges", "judged", "judging"}
    assert refused_in("LateAnswers_pressed") == ["answer", "press"]
    assert refused_in("responded_at") == []
