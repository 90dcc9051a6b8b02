"""The words of the console: English is whole, other languages say what they have."""

import re

import pytest

from earshot.languages.catalogue import LANGUAGES
from earshot.languages.console_texts import console_texts_for, own_words, translated

ENGLISH = console_texts_for("en")
# These show the console in English, with their own days and numbers. The list only shrinks.
NOT_TRANSLATED = frozenset(("he", "ja", "zh"))


def test_the_languages_without_words_of_their_own_are_known() -> None:
    assert frozenset(LANGUAGES) - translated() == NOT_TRANSLATED


@pytest.mark.parametrize("language", sorted(translated() - {"en"}) or ["en"])
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
