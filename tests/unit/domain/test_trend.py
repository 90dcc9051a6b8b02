"""The course of a score: prefix sums give what adding up each window anew would give."""

from datetime import date, timedelta
from random import Random

import pytest

from earshot.domain.score import Camps, Histogram
from earshot.domain.trend import course, windows
from earshot.domain.window import ALL_DAYS, rolling

FIRST = date(2015, 1, 1)


def camps_of(histogram: Histogram) -> Camps:
    return Camps(histogram.promoters, histogram.passives, histogram.detractors)


def random_days(seed: int) -> dict[str, Histogram]:
    """Days of two years, some without a response, in no order."""
    dice = Random(seed)
    days = [FIRST + timedelta(number) for number in range(730) if dice.random() < 0.6]
    dice.shuffle(days)
    return {day.isoformat(): Histogram.of(dice.choices(range(11), k=dice.randrange(1, 9))) for day in days}


@pytest.mark.parametrize("length", ["1d", "30d", "365d", "3650d", "month", "quarter", ALL_DAYS])
@pytest.mark.parametrize("seed", range(3))
def test_each_point_is_what_adding_up_its_window_gives(length: str, seed: int) -> None:
    days = random_days(seed)
    over = windows(length, date(2015, 12, 1), date(2016, 4, 3))
    points = course(over, days)
    assert [point.window.last_day for point in points] == [date(2015, 12, 1) + timedelta(n) for n in range(124)]
    for window, point in zip(over, points, strict=True):
        held = Histogram.total(histogram for day, histogram in days.items() if window.holds(day))
        assert point.camps == camps_of(held)


def test_days_before_the_first_response_hold_nothing() -> None:
    points = course(windows("7d", FIRST, FIRST + timedelta(3)), {(FIRST + timedelta(2)).isoformat(): Histogram.of([9])})
    assert [point.camps.responses for point in points] == [0, 0, 1]


def test_a_trend_of_nothing_has_points_of_nothing() -> None:
    points = course(windows("30d", FIRST, FIRST + timedelta(2)), {})
    assert [(point.camps, point.window) for point in points] == [
        (Camps(0, 0, 0), rolling("30d", FIRST + timedelta(number))) for number in range(2)
    ]


def test_a_window_of_all_days_begins_with_the_first_response_and_never_after_its_end() -> None:
    day = FIRST + timedelta(1)
    points = course(windows(ALL_DAYS, FIRST, FIRST + timedelta(3)), {day.isoformat(): Histogram.of([0])})
    assert [(point.window.start, point.camps.responses) for point in points] == [(day, 0), (day, 1), (day, 1)]
    assert all(point.window.start <= point.window.end for point in points)
