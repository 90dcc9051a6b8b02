"""The trend of a score: prefix sums give what adding up each window again would give."""

from datetime import date, timedelta
from random import Random

import pytest

from earshot.domain.score import Histogram, interval, net_promoter_score
from earshot.domain.trend import DailyScores, daily_scores, names_of_days, windows
from earshot.domain.window import ALL_DAYS, rolling

FIRST = date(2015, 1, 1)


def random_days(seed: int) -> dict[str, Histogram]:
    """Days of two years, some without a response, in no order."""
    dice = Random(seed)
    days = [FIRST + timedelta(number) for number in range(730) if dice.random() < 0.6]
    dice.shuffle(days)
    return {day.isoformat(): Histogram.of(dice.choices(range(11), k=dice.randrange(1, 9))) for day in days}


def shown(daily_scores: DailyScores) -> list[tuple[str, str, str]]:
    over = daily_scores.over
    return list(zip(over.named(over.starts), daily_scores.last_days, over.named(over.ends), strict=True))


def camps(daily_scores: DailyScores) -> list[tuple[int, int, int]]:
    return list(zip(daily_scores.promoters, daily_scores.passives, daily_scores.detractors, strict=True))


def ends_of(histogram: Histogram) -> tuple[float, float] | None:
    found = interval(histogram)
    return (found.low, found.high) if found else None


@pytest.mark.parametrize("length", ["1d", "30d", "365d", "3650d", "month", "quarter", ALL_DAYS])
@pytest.mark.parametrize("seed", range(3))
def test_each_point_is_what_adding_up_its_window_gives(length: str, seed: int) -> None:
    days = random_days(seed)
    found = daily_scores(windows(length, date(2015, 12, 1), date(2016, 4, 3), days), days)
    for place, last_day in enumerate(date(2015, 12, 1) + timedelta(number) for number in range(124)):
        window = rolling(length, last_day).from_first(sorted(days))
        held = Histogram.total(histogram for day, histogram in days.items() if window.holds(day))
        assert shown(found)[place] == (str(window.start), str(last_day), str(window.end))
        assert camps(found)[place] == (held.promoters, held.passives, held.detractors)
        assert found.responses[place] == held.responses
        assert found.scores[place] == net_promoter_score(held)
        assert found.bounds[place] == ends_of(held)


def test_days_before_the_first_response_hold_nothing_and_have_no_score() -> None:
    found = daily_scores(
        windows("7d", FIRST, FIRST + timedelta(3)), {(FIRST + timedelta(2)).isoformat(): Histogram.of([9])}
    )
    assert found.responses == [0, 0, 1]
    assert found.scores == [None, None, 100]
    assert found.bounds[:2] == [None, None]


@pytest.mark.parametrize("length", ["1d", "30d", "month", "quarter", ALL_DAYS])
def test_a_trend_of_nothing_has_points_of_nothing(length: str) -> None:
    found = daily_scores(windows(length, FIRST, FIRST + timedelta(2)), {})
    assert camps(found) == [(0, 0, 0)] * 2
    assert found.last_days == ["2015-01-01", "2015-01-02"]


def test_a_window_of_all_days_begins_with_the_first_response_and_never_after_its_end() -> None:
    day = FIRST + timedelta(2)
    days = {day.isoformat(): Histogram.of([0])}
    found = daily_scores(windows(ALL_DAYS, FIRST, FIRST + timedelta(4), days), days)
    assert shown(found) == [
        ("2015-01-02", "2015-01-01", "2015-01-02"),
        ("2015-01-03", "2015-01-02", "2015-01-03"),
        ("2015-01-03", "2015-01-03", "2015-01-04"),
        ("2015-01-03", "2015-01-04", "2015-01-05"),
    ]
    assert found.responses == [0, 0, 1, 1]


@pytest.mark.parametrize("first", [date(2015, 1, 1), date(2015, 1, 31), date(2016, 2, 28), date(1999, 12, 30)])
@pytest.mark.parametrize("days", [0, 1, 2, 29, 366, 1500])
def test_each_day_has_the_name_the_calendar_gives_it(first: date, days: int) -> None:
    named = names_of_days(first, first + timedelta(days))
    assert named == [(first + timedelta(number)).isoformat() for number in range(days)]
