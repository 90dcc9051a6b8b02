"""The words of digests: every catalogue whole and in its own language, and days and numbers as each writes them."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import pytest

from earshot.domain.daily_evaluation import TargetStatus
from earshot.domain.digest_contents import Due
from earshot.domain.digests import Every
from earshot.languages.catalogue import LANGUAGES
from earshot.languages.digest_texts import DigestTexts, digest_texts_for
from earshot.languages.texts import cleaned

FOLDER = files("earshot.languages").joinpath("staff", "digests")
CATALOGUES = {name: json.loads(FOLDER.joinpath(f"{name}.json").read_text(encoding="utf-8")) for name in LANGUAGES}
# How a language writes days and numbers is no text.
FORMS = {"direction", "months", "day_format", "month_format", "percent_format", "decimal", "group"}
FOREIGN = [language for language in LANGUAGES if language != "en"]
ENGLISH_WORDS = re.compile(
    r"\b(the|you|your|this|responses?|digest|with|from|cases?|closed|opened|owner|change|before|comments|reached|"
    r"really|again|figures|read|days|receive)\b",
    re.IGNORECASE,
)
SCRIPTS = {
    "ar": "[\u0600-\u06ff]",
    "he": "[\u0590-\u05ff]",
    "ja": r"[\u3040-\u30ff\u4e00-\u9fff]",
    "zh": r"[\u4e00-\u9fff]",
}


def all_texts(catalogue: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, text in catalogue.items():
        if name in FORMS:
            continue
        if isinstance(text, str):
            yield name, text
        else:
            yield from ((f"{name}.{key}", part) for key, part in text.items())


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w*)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    assert set(CATALOGUES[language]) == {field.name for field in fields(DigestTexts)} - {"language"}
    assert [name for name, _ in all_texts(CATALOGUES[language])] == [name for name, _ in all_texts(CATALOGUES["en"])]
    assert len(CATALOGUES[language]["months"]) == 12
    assert {entry.name for entry in FOLDER.iterdir()} == {f"{name}.json" for name in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_that_a_digest_may_hold_has_its_text(language: str) -> None:
    texts = digest_texts_for(language)
    assert set(texts.every) == {each.value for each in Every}
    assert set(texts.target_status) == {each.value for each in TargetStatus}
    assert set(texts.due_lists) == {each.value for each in Due}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_frayed_or_lacks_a_value(language: str) -> None:
    english = dict(all_texts(CATALOGUES["en"]))
    for name, text in all_texts(CATALOGUES[language]):
        assert text, name
        assert text == cleaned(text.replace("\u00a0", "~").replace("\u202f", "^")).replace("~", "\u00a0").replace(
            "^", "\u202f"
        ), name
        assert placeholders(text) == placeholders(english[name]), name
    for name in FORMS - {"direction", "months"}:
        known = placeholders(CATALOGUES["en"][name])
        assert set(placeholders(CATALOGUES[language][name])) == set(known), name


@pytest.mark.parametrize("language", FOREIGN)
def test_no_english_is_left_in_another_language(language: str) -> None:
    for name, text in all_texts(CATALOGUES[language]):
        assert not ENGLISH_WORDS.search(re.sub(r"\{\w+\}", "", text)), name


@pytest.mark.parametrize(("language", "script"), SCRIPTS.items())
def test_a_language_with_a_script_of_its_own_uses_it_in_every_text(language: str, script: str) -> None:
    for name, text in all_texts(CATALOGUES[language]):
        assert re.search(script, text) or name in {"part_of", "span"}, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_arabic_and_hebrew_run_from_right_to_left_and_no_other(language: str) -> None:
    assert digest_texts_for(language).direction == ("rtl" if language in ("ar", "he") else "ltr")


@pytest.mark.parametrize(
    ("language", "day", "month", "number", "points", "share"),
    [
        ("en", "3 Dec 2026", "Dec 2026", "1,234", "−12.5", "45.6%"),
        ("de", "3. Dez. 2026", "Dez. 2026", "1.234", "−12,5", "45,6 %"),
        ("fr", "3 déc. 2026", "déc. 2026", "1 234", "−12,5", "45,6 %"),
        ("pt", "3 de dez. de 2026", "dez. de 2026", "1.234", "−12,5", "45,6%"),
        ("tr", "3 Ara 2026", "Ara 2026", "1.234", "−12,5", "%45,6"),
        ("ja", "2026年12月3日", "2026年12月", "1,234", "−12.5", "45.6%"),
        ("zh", "2026年12月3日", "2026年12月", "1,234", "−12.5", "45.6%"),
        ("ar", "3 ديسمبر 2026", "ديسمبر 2026", "\u20661,234\u2069", "\u2066−12.5\u2069", "\u206645.6%\u2069"),
        ("he", "3 בדצמ׳ 2026", "דצמ׳ 2026", "\u20661,234\u2069", "\u2066−12.5\u2069", "\u206645.6%\u2069"),
    ],
)
def test_days_and_numbers_are_written_as_the_language_does(
    language: str, day: str, month: str, number: str, points: str, share: str
) -> None:
    texts = digest_texts_for(language)
    assert texts.day(date(2026, 12, 3)) == day
    assert texts.month(date(2026, 12, 3)) == month
    assert texts.number(1234).replace("\u202f", " ").replace("\u00a0", " ") == number
    assert texts.points(-12.5).replace("\u202f", " ") == points
    assert texts.share(0.456).replace("\u202f", " ").replace("\u00a0", " ") == share


def test_a_difference_has_its_sign_and_nothing_has_none() -> None:
    texts = digest_texts_for("en")
    written = [texts.points(each, signed=True) for each in (4.26, -4.24, 0.0, -0.04, 1234.5)]
    assert written == ["+4.3", "−4.2", "0.0", "0.0", "+1,234.5"]
    assert texts.points(4.26) == "4.3"
    assert texts.share_points(-0.031) == "−3.1"
    assert texts.number(-3) == "−3"


def test_some_days_are_a_span_and_one_day_is_itself() -> None:
    texts = digest_texts_for("en")
    assert texts.days(date(2026, 11, 23), date(2026, 11, 29)) == "23 Nov 2026 to 29 Nov 2026"
    assert texts.days(date(2026, 11, 23), date(2026, 11, 23)) == "23 Nov 2026"
    assert texts.time(datetime(2026, 12, 3, 7, 5)) == "3 Dec 2026 07:05"  # noqa: DTZ001


def test_a_value_is_put_in_literally_and_kept_to_itself_where_text_runs_the_other_way() -> None:
    assert digest_texts_for("en").fill("{part} of", part="{whole}\n<b>") == "{whole} <b> of"
    assert digest_texts_for("ar").fill("{part}", part="Acme") == "\u2068Acme\u2069"


def test_an_unknown_locale_finds_english() -> None:
    assert digest_texts_for("xx").language == "en"
    assert digest_texts_for("pt-BR") is digest_texts_for("pt")
