"""The languages: every catalogue whole and in its own language, and a locale finds the one that fits."""

import json
import re
from dataclasses import FrozenInstanceError, fields
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.languages.catalogue import LANGUAGES, texts_for
from earshot.languages.texts import Texts, cleaned

FOLDER = files("earshot.languages")
CATALOGUES = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in LANGUAGES}
TEXTS = [field.name for field in fields(Texts) if field.name not in ("language", "direction")]
FOREIGN = [language for language in LANGUAGES if language != "en"]
ENGLISH_WORDS = re.compile(
    r"\b(the|you|your|please|this|answers?|surveys?|with|thanks?|number|unsubscribe|expired|closed|something|went|wrong|"
    r"again|would|likely|recommend|friend|colleague|optional|hello)\b",
    re.IGNORECASE,
)
SCRIPTS = {
    "ar": "[\u0600-\u06ff]",
    "he": "[\u0590-\u05ff]",
    "ja": "[\u3040-\u30ff]",
    "zh": "[\u4e00-\u9fff]",
}


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w*)\}", text))


def test_there_are_at_least_fourteen_languages_with_arabic_and_hebrew() -> None:
    assert len(LANGUAGES) >= 14
    assert {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "tr", "ja", "zh", "ar", "he", "nb"} <= set(
        LANGUAGES
    )


def test_every_catalogue_in_the_folder_is_known() -> None:
    found = {entry.name.removesuffix(".json") for entry in FOLDER.iterdir() if entry.name.endswith(".json")}

    assert found == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_and_no_other(language: str) -> None:
    assert set(CATALOGUES[language]) == {*TEXTS, "direction"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_frayed(language: str) -> None:
    for name in TEXTS:
        text = CATALOGUES[language][name]
        assert text, name
        assert text == text.strip(), name
        assert text == cleaned(text.replace("\u00a0", "~")).replace("~", "\u00a0"), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_names_the_brand_and_the_person_where_the_english_one_does(language: str) -> None:
    for name in TEXTS:
        assert placeholders(CATALOGUES[language][name]) == placeholders(CATALOGUES["en"][name]), name
        assert not re.search(r"[{}]", re.sub(r"\{(brand|name|score)\}", "", CATALOGUES[language][name])), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_arabic_and_hebrew_run_from_right_to_left_and_no_other(language: str) -> None:
    assert texts_for(language).direction == ("rtl" if language in ("ar", "he") else "ltr")


@pytest.mark.parametrize("language", FOREIGN)
def test_no_english_is_left_in_another_language(language: str) -> None:
    for name in TEXTS:
        text = CATALOGUES[language][name]
        assert text != CATALOGUES["en"][name], name
        assert not ENGLISH_WORDS.search(re.sub(r"\{\w+\}", "", text)), name


@pytest.mark.parametrize(("language", "script"), SCRIPTS.items())
def test_a_language_with_a_script_of_its_own_uses_it_in_every_text(language: str, script: str) -> None:
    shared = re.compile(script if language != "ja" else r"[\u3040-\u30ff\u4e00-\u9fff]")
    for name in TEXTS:
        assert shared.search(CATALOGUES[language][name]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_catalogues_are_not_one_and_the_same(language: str) -> None:
    others = [CATALOGUES[other]["invitation_intro"] for other in LANGUAGES if other != language]

    assert CATALOGUES[language]["invitation_intro"] not in others


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_is_short_enough_to_be_read_in_a_list(language: str) -> None:
    texts = texts_for(language)

    assert len(texts.invitation_subject) <= 60
    assert len(texts.reminder_subject) <= 60
    assert len(texts.anchor_low) <= 32
    assert len(texts.anchor_high) <= 32


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scale_is_named_from_0_to_10_where_it_is_explained(language: str) -> None:
    texts = texts_for(language)
    for text in (texts.choose_score, texts.invitation_preheader):
        assert {"0", "10"} <= set(re.findall(r"\d+", text))


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("pt-BR", "pt"),
        ("pt_PT", "pt"),
        ("zh-Hant-TW", "zh"),
        ("AR-eg", "ar"),
        ("he-IL", "he"),
        ("iw-IL", "he"),
        ("no", "nb"),
        ("nb", "nb"),
        ("nb-NO", "nb"),
        ("no_NO", "nb"),
        ("nn", "nb"),
        ("nn-NO", "nb"),
        ("NB-SJ", "nb"),
        (" fr-CH ", "fr"),
        ("en-GB-oxendict", "en"),
        ("xx-YY", "en"),
        ("", "en"),
        (None, "en"),
        ("../de", "en"),
        ("de/../en", "en"),
        ("texts", "en"),
    ],
)
def test_a_locale_finds_its_language_and_an_unknown_one_english(locale: str | None, language: str) -> None:
    assert texts_for(locale).language == language


@given(st.text())
def test_whatever_stands_as_locale_finds_some_language(locale: str) -> None:
    assert texts_for(locale).language in LANGUAGES


def test_a_catalogue_is_read_once() -> None:
    assert texts_for("de-DE") is texts_for("de-CH")


def test_texts_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        texts_for("de").send = "…"  # type: ignore[misc]


@pytest.mark.parametrize(
    "name",
    ["{brand}", "{brand.__class__}", "{0}", "{name!r:>99}", "%s", "{{7*7}}", "<b>Ann</b>", "\\g<1>", "Zoë & Söhne"],
)
def test_a_name_is_put_in_literally(name: str) -> None:
    texts = texts_for("en")

    assert texts.fill(texts.greeting_with_name, brand="Acme", name=name) == f"Hello {name},"


def test_a_name_stays_on_its_line_and_steers_nothing() -> None:
    texts = texts_for("en")

    assert texts.fill("Hello {name},", name="Ann\r\nBcc: x\u202e \u2066evil\x00\x1b") == "Hello Ann Bcc: x evil,"


def test_emoji_and_joined_characters_survive() -> None:
    family = "👩\u200d👧"

    assert cleaned(f" {family}  می\u200cخواهم ") == f"{family} می\u200cخواهم"


@pytest.mark.parametrize(("locale", "name"), [("ar", "Ann"), ("en", "ليلى"), ("en", "דנה")])
def test_a_name_that_may_run_the_other_way_is_kept_to_itself(locale: str, name: str) -> None:
    assert texts_for(locale).fill("{name}", name=name) == f"\u2068{name}\u2069"


def test_a_brand_among_right_to_left_text_needs_no_direction_characters() -> None:
    assert texts_for("de").fill("{brand}!", brand="Bücher") == "Bücher!"
