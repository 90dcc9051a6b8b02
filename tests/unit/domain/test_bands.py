"""What a score is called: published scales, one's own words, or none."""

import pytest

from earshot.domain.bands import SCALES, band_of


@pytest.mark.parametrize(
    ("scale", "labels"),
    [
        ("account-management", {-1: "poor", 0: "neither good nor poor", 1: "good", 49: "good", 50: "excellent"}),
        ("b2b", {0: "low", 1: "middle", 50: "middle", 51: "high"}),
        ("agency", {-1: "below zero", 0: "good", 29: "good", 30: "great", 69: "great", 70: "excellent"}),
    ],
)
def test_a_published_scale_has_its_borders(scale: str, labels: dict[int, str]) -> None:
    assert {score: band_of(score, scale) for score in labels} == {s: (label, scale) for s, label in labels.items()}


def test_every_scale_has_a_word_for_every_score() -> None:
    assert all(band_of(score, scale) for scale in SCALES for score in range(-100, 101))


def test_words_of_ones_own_are_called_custom_and_none_are_none() -> None:
    own = ((-100, "cold"), (20, "warm"))
    assert [band_of(score, own) for score in (19, 20)] == [("cold", "custom"), ("warm", "custom")]
    assert band_of(50, None) is None
