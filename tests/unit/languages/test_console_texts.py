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


@pytest.mark.parametrize(("language", "one", "two"), [("en", "1 case", "2 cases"), ("de", "1 Fall", "2 Fälle")])
def test_one_is_not_counted_as_several(language: str, one: str, two: str) -> None:
    texts = console_texts_for(language)
    assert (texts("cases.count", n=1), texts("cases.count", n=2)) == (one, two)


def test_each_number_decides_about_the_word_after_it() -> None:
    values = {"first": "0", "first_day": "1 May", "last": "5", "last_day": "9 May"}
    text = ENGLISH("trend.finding", **values, first_n=1, last_n=30)
    assert text == "From 0 on 1 May (1 response) to 5 on 9 May (30 responses)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_one_form_of_a_counted_word_is_shown(language: str) -> None:
    texts = console_texts_for(language)
    for name, text in texts.words.items():
        shown = texts(name, **dict.fromkeys(re.findall(r"\{(\w+)\}", text), 1))
        assert not {"[", "]", "|"} & set(shown), name
