"""Every golden value of the statistics reference, and the laws that hold for all histograms."""

from fractions import Fraction
from math import isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.score import (
    NORMAL_QUANTILES,
    SCALES,
    Histogram,
    Interval,
    band_of,
    category,
    change,
    exact_score,
    interval,
    net_promoter_score,
)

histograms = st.builds(lambda counts: Histogram(tuple(counts)), st.lists(st.integers(0, 500), min_size=11, max_size=11))


def of(detractors: int, passives: int, promoters: int) -> Histogram:
    return Histogram.of([0] * detractors + [7] * passives + [9] * promoters)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((6, 13, 32), 51),
        ((2, 3, 1), -17),
        ((0, 7, 1), 13),
        ((1, 7, 0), -13),
        ((1, 197, 2), 1),
        ((2, 197, 1), -1),
        ((1, 1, 1), 0),
        ((3, 0, 0), -100),
        ((0, 0, 1), 100),
        ((0, 0, 0), None),
        ((850, 233, 148), -57),
    ],
)
def test_the_score_is_rounded_once_half_away_from_zero(counts: tuple[int, int, int], shown: int | None) -> None:
    assert net_promoter_score(of(*counts)) == shown


def test_the_camps_meet_at_6_7_8_and_9() -> None:
    names = [category(score) for score in range(11)]
    assert names == ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2


@pytest.mark.parametrize(
    ("counts", "low", "high", "low90", "high90"),
    [
        ((8, 13, 15), -6.280, 42.178, -2.385, 38.282),
        ((12, 7, 12), -29.110, 29.110, -24.430, 24.430),
        ((6, 13, 32), 29.295, 67.001, 32.326, 63.970),
        ((1, 2, 3), -26.743, 71.188, -18.871, 63.315),
        ((75, 675, 250), 14.086, 20.809, 14.626, 20.269),
        ((20, 20, 60), 23.380, 54.290, 25.865, 51.805),
        ((0, 0, 10), 47.504, 100, 52.233, 100),
        # Rocks ends below the score of a single promoter (98.499 and 86.682): there it is widened to the score.
        ((0, 0, 1), -48.499, 100, -36.682, 100),
    ],
)
def test_the_interval_is_the_adjusted_wald_one(
    counts: tuple[int, int, int], low: float, high: float, low90: float, high90: float
) -> None:
    at95, at90 = interval(of(*counts)), interval(of(*counts), 0.90)
    assert at95 is not None
    assert at90 is not None
    assert [at95.low, at95.high] == pytest.approx([low, high], abs=5e-4)
    assert [at90.low, at90.high] == pytest.approx([low90, high90], abs=5e-4)


@pytest.mark.parametrize(
    ("counts", "variance", "error"),
    [((1, 2, 3), 5 / 9, 0.304), ((1, 0, 1), 1, 0.707), ((0, 1, 1), 0.25, 0.354), ((1, 1, 1), 2 / 3, 0.471)],
)
def test_the_variance_behind_it_is_the_published_one(
    counts: tuple[int, int, int], variance: float, error: float
) -> None:
    """The published ones have no pseudo-responses, so they are met in the limit: the same shares, a million times."""
    many = 1_000_000
    bounds = interval(of_many(counts, many))
    assert bounds
    size = sum(counts) * many
    margin = (bounds.high - bounds.low) / 200
    assert isclose((margin / 1.959963984540054) ** 2 * size, variance, rel_tol=1e-4)
    assert round((variance / sum(counts)) ** 0.5, 3) == error


def of_many(counts: tuple[int, int, int], times: int) -> Histogram:
    detractors, passives, promoters = (count * times for count in counts)
    return Histogram((detractors, *(0,) * 6, passives, 0, promoters, 0))


@pytest.mark.parametrize(
    ("after", "before", "raw", "p_value", "low", "high"),
    [
        ((8, 13, 15), (12, 7, 12), 19.444, 0.35297, -19.925, 55.823),
        ((20, 20, 60), (30, 20, 50), 20, 0.09510, -3.384, 42.219),
        ((200, 200, 600), (300, 200, 500), 20, 9.4e-08, 12.619, 27.261),
    ],
)
def test_a_change_is_evaluated_by_the_adjusted_two_sample_test(
    after: tuple[int, int, int], before: tuple[int, int, int], raw: float, p_value: float, low: float, high: float
) -> None:
    found = change(of(*before), of(*after))
    assert found
    assert found.points == pytest.approx(raw, abs=5e-4)
    assert found.p_value == pytest.approx(p_value, rel=5e-3)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-4)
    assert found.significant is (p_value < 0.05)


def test_nothing_is_claimed_without_responses() -> None:
    assert interval(Histogram()) is None
    assert change(Histogram(), of(1, 1, 1)) is None
    assert change(of(1, 1, 1), Histogram()) is None


@given(histograms)
def test_turning_the_camps_around_turns_the_score_around(histogram: Histogram) -> None:
    turned = of_camps(histogram.promoters, histogram.passives, histogram.detractors)
    score, opposite = net_promoter_score(histogram), net_promoter_score(turned)
    assert (score is None and opposite is None) or (score is not None and score == -(opposite or 0))


@given(histograms)
def test_the_interval_lies_within_the_scale_and_is_never_a_point(histogram: Histogram) -> None:
    bounds = interval(histogram)
    assert bounds is None or -100 <= bounds.low < bounds.high <= 100


def test_the_interval_holds_the_exact_score_of_every_sample_up_to_60_and_of_a_thousand_large_ones() -> None:
    draws = Random(27)
    samples = [(p, d, n) for n in range(1, 61) for p in range(n + 1) for d in range(n - p + 1)]
    for _ in range(1000):
        n = draws.randint(61, 10**7)
        promoters = draws.choice([0, 1, n // 2, n - 1, n, draws.randint(0, n)])
        samples.append((promoters, draws.choice([0, 1, draws.randint(0, n)]) % (n - promoters + 1), n))
    outside = [
        (promoters, detractors, n)
        for promoters, detractors, n in samples
        for bounds in [interval(of_camps(detractors, n - promoters - detractors, promoters))]
        if bounds is None or not bounds.low <= Fraction(100 * (promoters - detractors), n) <= bounds.high
    ]
    assert outside == []


@pytest.mark.parametrize("level", NORMAL_QUANTILES)
def test_at_every_level_the_interval_holds_the_score_that_is_shown_with_it(level: float) -> None:
    for n in range(1, 21):
        for promoters, detractors in ((p, d) for p in range(n + 1) for d in range(n - p + 1)):
            histogram = of_camps(detractors, n - promoters - detractors, promoters)
            bounds, score = interval(histogram, level), exact_score(histogram)
            assert bounds is not None
            assert score is not None
            assert bounds.low <= score <= bounds.high


def test_only_the_interval_of_a_single_response_is_widened() -> None:
    """The reference formula by hand: all else stands as Rocks has it."""
    moved = set()
    for n in range(1, 61):
        for promoters, detractors in ((p, d) for p in range(n + 1) for d in range(n - p + 1)):
            bounds = interval(of_camps(detractors, n - promoters - detractors, promoters))
            mean = (promoters - detractors) / (n + 3)
            margin = 1.959963984540054 * (((promoters + detractors + 1.5) / (n + 3) - mean**2) / (n + 3)) ** 0.5
            wanted = (max(-100, 100 * (mean - margin)), min(100, 100 * (mean + margin)))
            if bounds is None or (bounds.low, bounds.high) != pytest.approx(wanted, abs=1e-9):
                moved.add((promoters, detractors, n))
    assert moved == {(1, 0, 1), (0, 1, 1)}


@pytest.mark.parametrize(
    ("counts", "exact"), [((1, 1, 1), 0.0), ((1, 2, 0), -100 / 3), ((0, 7, 1), 12.5), ((0, 0, 0), None)]
)
def test_the_exact_score_is_not_rounded(counts: tuple[int, int, int], exact: float | None) -> None:
    assert exact_score(of(*counts)) == exact


@given(st.lists(histograms))
def test_histograms_add_up(many: list[Histogram]) -> None:
    total = Histogram.total(many)
    assert total.responses == sum(each.responses for each in many)
    assert total.promoters + total.passives + total.detractors == total.responses


def of_camps(detractors: int, passives: int, promoters: int) -> Histogram:
    return Histogram((detractors, *(0,) * 6, passives, 0, promoters, 0))


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
