"""What a score is called: published scales, one's own words, or none."""

import pytest

from earshot.domain.bands import SCALES, band_of
from earshot.domain.score import Histogram, Interval, interval


@pytest.mark.parametrize(
    ("scale", "labels"),
    [
        ("account-management", {-1: "poor", 0: "neither good nor poor", 1: "good", 49: "good", 50: "excellent"}),
        ("b2b", {0: "low", 1: "middle", 50: "middle", 51: "high"}),
        ("agency", {-1: "below zero", 0: "good", 29: "good", 30: "great", 69: "great", 70: "excellent"}),
    ],
)
def test_a_published_scale_has_its_borders(scale: str, labels: dict[int, str]) -> None:
    assert {score: band_of(sure(score), scale) for score in labels} == {
        s: (label, scale) for s, label in labels.items()
    }


def test_every_scale_has_a_word_for_every_score() -> None:
    assert all(band_of(sure(score), scale) for scale in SCALES for score in range(-100, 101))


def test_words_of_ones_own_are_called_custom_and_none_are_none() -> None:
    own = ((-100, "cold"), (20, "warm"))
    assert [band_of(sure(score), own) for score in (19, 20)] == [("cold", "custom"), ("warm", "custom")]
    assert band_of(sure(50), None) is None


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (1.3, 5.9, "good"),
        (1, 49.999, "good"),
        (0.9, 5.9, None),
        (49, 50, None),
        (50, 100, "excellent"),
        (-100, -0.001, "poor"),
        (-100, 0, None),
        (-29.8, 79.8, None),
    ],
)
def test_an_interval_that_crosses_a_border_has_no_word(low: float, high: float, word: str | None) -> None:
    found = band_of(Interval(0.95, low, high), "account-management")
    assert found == (word and (word, "account-management"))


def test_five_responses_are_never_called_good() -> None:
    for promoters, detractors in ((p, d) for p in range(6) for d in range(6 - p)):
        bounds = interval(Histogram((detractors, *(0,) * 6, 5 - promoters - detractors, 0, promoters, 0)))
        found = bounds and band_of(bounds, "account-management")
        assert found is None or found[0] != "good"


def sure(score: float) -> Interval:
    return Interval(0.95, score, score)
