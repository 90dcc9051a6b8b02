"""The words of the console: every language has all of them."""

import re

import pytest

from earshot.languages.catalogue import LANGUAGES
from earshot.languages.console_texts import console_texts_for, own_words, translated

ENGLISH = console_texts_for("en")
TRANSLATIONS = tuple(language for language in LANGUAGES if language != "en")
SENTENCE = 15  # shorter ones, such as "Segment", may be the same in another language


def test_every_language_has_words_of_its_own() -> None:
    assert translated() == frozenset(LANGUAGES)


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_no_sentence_is_left_in_english(language: str) -> None:
    words = own_words(language)
    assert [name for name, text in ENGLISH.words.items() if len(text) >= SENTENCE and words[name] == text] == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_every_word_with_its_places(language: str) -> None:
    words = own_words(language)
    assert set(words) == set(ENGLISH.words)
    for name, text in words.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", ENGLISH.words[name])), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_shows_every_word(language: str) -> None:
    assert set(console_texts_for(language).words) == set(ENGLISH.words)


def test_a_value_stays_as_it_is_and_a_number_is_written_as_the_language_does() -> None:
    assert ENGLISH("score.responses", n=1234) == "1,234 responses"
    assert console_texts_for("de")("score.responses", n=1234) == "1.234 Antworten"
    assert ENGLISH("response.by", by="{n} <b>") == "by {n} <b>"
