"""Figures in words."""

import pytest

from earshot.console.figures import changed, figure, p_value
from earshot.domain.score import Histogram
from earshot.languages.console_texts import console_texts_for

ENGLISH, GERMAN = console_texts_for("en"), console_texts_for("de")


def test_a_negative_score_has_a_minus_sign() -> None:
    assert figure(Histogram.of([0] * 20), ENGLISH).shown == "−100"


def test_no_responses_have_no_score() -> None:
    found = figure(Histogram(), ENGLISH)
    assert (found.shown, found.interval, found.is_drawn) == ("–", "no responses", False)


def test_numbers_are_written_as_the_language_does() -> None:
    assert "," in figure(Histogram.of([10] * 30 + [0] * 9), GERMAN).interval


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        (Histogram.of([0] * 40), Histogram.of([10] * 40), "A real rise of +200.0 points"),
        (Histogram.of([10] * 40), Histogram.of([0] * 40), "A real fall of −200.0 points"),
        (Histogram.of([10] * 40), Histogram.of([10] * 39 + [0]), "No sure change: −5.0 points"),
        (Histogram.of([10] * 9), Histogram.of([0] * 40), "Too few responses to compare with: 9"),
        (None, Histogram.of([0] * 40), "All responses"),
    ],
)
def test_a_change_is_called_real_only_if_it_is(before: Histogram | None, now: Histogram, words: str) -> None:
    assert changed(before, now, ENGLISH).startswith(words)


def test_a_small_p_is_written_as_a_bound() -> None:
    assert p_value(0.0004, ENGLISH) == "< 0.001"
    assert p_value(0.0412, GERMAN) == "= 0,041"
