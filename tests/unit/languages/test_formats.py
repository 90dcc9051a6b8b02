"""How languages write days and numbers."""

from datetime import date

import pytest

from earshot.languages.catalogue import LANGUAGES
from earshot.languages.console_texts import console_texts_for


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_negative_number_has_a_minus_sign_and_a_share_a_percent_sign(language: str) -> None:
    texts = console_texts_for(language)
    assert "−1" in texts.number(-1234)
    assert "%" in texts.share(0.123)
    assert "2026" in texts.day(date(2026, 11, 21))


def test_digits_are_grouped_and_parted_as_the_language_does() -> None:
    assert console_texts_for("de").points(-1234.5, signed=True) == "−1.234,5"
    assert console_texts_for("en").points(1234.5, signed=True) == "+1,234.5"


def test_numbers_run_to_the_right_in_a_text_that_runs_to_the_left() -> None:
    assert console_texts_for("ar").number(-5) == "\u2066−5\u2069"
