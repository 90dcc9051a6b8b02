"""The statistician's check: intervals hold the truth as often as they say, and quiet years stay quiet."""

import csv
import random
from pathlib import Path

import pytest

from benchmarks.simulated import PLAUSIBLE, Draws, Shape, coverage, delays, false_years, first_alert
from earshot.domain.alert_settings import AlertSettings
from earshot.domain.score import Histogram, interval

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "data" / "airline-seat-reviews.csv"
RULES = AlertSettings()
# 250 years of each: 1,000.
YEARS = 250
SHAPES = (
    Shape("few answers", (3,) * 7, (0.5, 0.2)),
    Shape("weekdays mostly", (24, 24, 24, 24, 24, 8, 8), (0.6, 0.35)),
    Shape("many answers", (60,) * 7, (0.12, 0.69)),
    Shape("five segments", (75, 75, 75, 75, 60, 30, 30), (0.5, 0.2), 5),
)


@pytest.mark.parametrize("size", [10, 20, 30, 50, 100, 200])
def test_intervals_hold_the_truth_95_times_of_100(size: int) -> None:
    """Exactly computed; over all plausible truths together, and for each of them from 100 responses on."""
    held = [coverage(size, truth) for truth in PLAUSIBLE]

    assert sum(held) / len(held) == pytest.approx(0.95, abs=0.015)
    if size >= 100:
        assert held == pytest.approx([0.95] * len(held), abs=0.015)


def test_intervals_of_a_thousand_responses_hold_the_truth_95_times_of_100() -> None:
    assert [coverage(1000, truth) for truth in PLAUSIBLE[::8]] == pytest.approx([0.95] * 5, abs=0.015)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample ../shared/data/airline-seat-reviews.csv is not here")
@pytest.mark.parametrize("size", [10, 30, 100, 1000])
def test_intervals_of_samples_of_real_reviews_hold_the_score_of_all_of_them(size: int) -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        scores = [int(row["score"]) for row in csv.DictReader(file)]
    everyone = Histogram.of(scores)
    truth = 100 * (everyone.promoters - everyone.detractors) / everyone.responses
    chance, held, samples = random.Random(5), 0, 4000
    for _ in range(samples):
        bounds = interval(Histogram.of(chance.choices(scores, k=size)))
        held += bounds is not None and bounds.low <= truth <= bounds.high

    assert held / samples == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_quiet_year_holds_a_false_alert_no_more_often_than_the_level(shape: Shape) -> None:
    assert false_years(shape, YEARS, RULES, seed=1) <= RULES.level * YEARS


def test_the_level_is_needed_or_nearly_every_year_would_hold_a_false_alert() -> None:
    """The same years with 5 % spent on every look: this is what the check above would see of a wrong test."""
    careless = AlertSettings(level=0.05 * 366)
    draws, found = Draws(random.Random(1)), 0
    for _ in range(50):
        year = draws.year(SHAPES[3], 366 + 60)
        found += first_alert(year, careless, 60, 366) is not None

    assert found > 25


def test_a_great_change_is_reported_within_two_weeks_and_a_small_one_of_few_responses_seldom() -> None:
    reported = sorted(delay for delay in delays(Shape("many", (60,) * 7, (0.5, 0.2)), 40, RULES, 50, seed=2) if delay)
    assert len(reported) == 50
    assert reported[25] <= 14
    assert sum(delay is not None for delay in delays(SHAPES[0], 15, RULES, 50, seed=2)) < 25
