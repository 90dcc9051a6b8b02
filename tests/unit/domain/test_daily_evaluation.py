"""Evaluating a day: which changes are real, what was reported already, and the status of a score to its target."""

from itertools import product
from math import comb

import pytest

from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.daily_evaluation import (
    DailyEvaluation,
    EmittedTargetStatus,
    Samples,
    ScoreChange,
    TargetStatus,
    changed,
    emitted_status_of,
    fewest_to_reach,
    new_changes,
    target_status,
)
from earshot.domain.score import Histogram, change, strict_p_value

RULES = AlertSettings()
DAY = "2026-11-20"


def histogram_of(promoters: int, passives: int, detractors: int) -> Histogram:
    return Histogram((detractors, 0, 0, 0, 0, 0, 0, passives, 0, promoters, 0))


HAPPY, UNHAPPY = histogram_of(120, 50, 30), histogram_of(60, 50, 90)
A_LITTLE_LESS_HAPPY = histogram_of(98, 50, 52)


def names(samples: Samples, rules: AlertSettings = RULES) -> list[str]:
    return [change.series for change in changed(samples, rules)]


def test_a_great_change_is_real_and_has_a_direction() -> None:
    (fall,) = changed({"all": (HAPPY, UNHAPPY)}, RULES)
    (rise,) = changed({"all": (UNHAPPY, HAPPY)}, RULES)
    assert (fall.direction, rise.direction) == ("fall", "rise")
    assert fall.change.points == -60
    assert fall.p_value < 1e-9


def test_what_a_single_test_would_call_a_change_is_none_among_the_looks_of_a_year() -> None:
    found = change(HAPPY, A_LITTLE_LESS_HAPPY)
    assert found is not None
    assert found.significant
    assert names({"all": (HAPPY, A_LITTLE_LESS_HAPPY)}) == []


def test_the_level_of_a_year_is_shared_among_its_looks() -> None:
    pair = (HAPPY, histogram_of(92, 50, 58))
    just = strict_p_value(*pair) * 366
    assert names({"all": pair}, AlertSettings(level=just * 1.0001)) == ["all"]
    assert names({"all": pair}, AlertSettings(level=just * 0.9999)) == []


def test_holm_shares_the_level_of_a_look_among_the_series_the_surest_first() -> None:
    sure, less_sure = (HAPPY, UNHAPPY), (HAPPY, histogram_of(92, 50, 58))
    alone = AlertSettings(level=strict_p_value(*less_sure) * 366 * 1.5)
    quiet = {f"plan={number}": (HAPPY, HAPPY) for number in range(3)}
    assert names({"all": less_sure, "plan=a": sure}, alone) == ["plan=a", "all"], "the first is out of the way"
    assert names({"all": less_sure, **quiet}, alone) == [], "four share what was enough for one"
    assert names({"all": less_sure, "plan=a": sure, **quiet}, alone) == ["plan=a"]


def test_too_few_responses_in_either_window_are_not_compared_and_share_nothing() -> None:
    few, many = histogram_of(0, 0, 29), histogram_of(30, 0, 0)
    assert names({"all": (many, few), "plan=a": (few, many)}) == []
    assert names({"all": (many, histogram_of(0, 0, 30))}) == ["all"]
    just = AlertSettings(level=strict_p_value(HAPPY, UNHAPPY) * 366)
    assert names({"all": (HAPPY, UNHAPPY), "plan=a": (few, many)}, just) == ["all"]
    assert names({"all": (HAPPY, UNHAPPY), "plan=a": (many, many)}, just) == []


def test_series_without_responses_change_nothing() -> None:
    assert changed({"all": (Histogram(), Histogram())}, AlertSettings(minimum=10)) == []
    assert strict_p_value(Histogram(), HAPPY) == 1


@pytest.mark.parametrize(("promoters", "detractors"), [(0.5, 0.45), (0.5, 0.2), (0.8, 0.05), (0.95, 0.01)])
def test_out_in_the_tail_the_strict_test_errs_no_more_often_than_it_may(promoters: float, detractors: float) -> None:
    """Exact, over all outcomes of 30 and 30 responses, at a level that one look of a year has."""
    level = 0.05 / 366
    each = list(outcomes(30, promoters, detractors))
    strict, plain = 0.0, 0.0
    for (before, chance), (after, other) in product(each, each):
        if abs(before.promoters - before.detractors - after.promoters + after.detractors) > 12:
            strict += chance * other * (strict_p_value(before, after) <= level)
            found = change(before, after)
            plain += chance * other * (found is not None and found.p_value <= level)
    assert strict <= level * 1.1
    assert strict <= plain
    if detractors > 0.4:
        assert plain > 1.5 * level, "which is why the strict one decides"


def outcomes(size: int, promoters: float, detractors: float) -> list[tuple[Histogram, float]]:
    """Return the possible figures of so many responses, each with its likelihood; the rarest are left out."""
    found = []
    for p in range(size + 1):
        for d in range(size + 1 - p):
            ways = comb(size, p) * comb(size - p, d)
            chance = ways * promoters**p * detractors**d * (1 - promoters - detractors) ** (size - p - d)
            found += [(histogram_of(p, size - p - d, d), chance)] * (chance > 3e-6)
    return found


def test_a_fall_is_not_reported_again_but_a_rise_and_another_series_are() -> None:
    fall, rise = ScoreChange("all", HAPPY, UNHAPPY), ScoreChange("all", UNHAPPY, HAPPY)
    earlier = [DailyEvaluation("demo", DAY, RULES, (fall,))]
    assert new_changes([fall, rise, ScoreChange("plan=a", HAPPY, UNHAPPY)], earlier) == (
        rise,
        ScoreChange("plan=a", HAPPY, UNHAPPY),
    )
    assert new_changes([fall], []) == (fall,)


def test_the_windows_end_with_the_day_and_share_none() -> None:
    before, now = DailyEvaluation("demo", DAY, AlertSettings(window=7)).windows
    assert (before.start.isoformat(), before.end.isoformat()) == ("2026-11-07", "2026-11-14")
    assert (now.start.isoformat(), now.end.isoformat(), now.days) == ("2026-11-14", "2026-11-21", 7)


@pytest.mark.parametrize(
    ("score", "status"),
    [
        (20, TargetStatus.REACHED),
        (60, TargetStatus.NOT_REACHED),
        (45, TargetStatus.WITHIN_NOISE),
        (40, TargetStatus.WITHIN_NOISE),
    ],
)
def test_a_target_is_evaluated_by_the_interval(score: int, status: TargetStatus) -> None:
    assert target_status(ScoreTarget(score), HAPPY) is status  # 45, from 33.9 to 54.8


def test_without_responses_nothing_stands() -> None:
    assert target_status(ScoreTarget(0), Histogram()) is None


def published(
    histogram: Histogram,
    last: EmittedTargetStatus | None = None,
    target: ScoreTarget = ScoreTarget(30),  # noqa: B008
) -> str | None:
    found = emitted_status_of(DAY, target, histogram, last, 30)
    return None if found is last or found is None else found.status.value


def test_a_target_is_published_when_its_status_is_new() -> None:
    reached = EmittedTargetStatus("2026-11-01", ScoreTarget(30), TargetStatus.REACHED, HAPPY)
    missed = EmittedTargetStatus("2026-11-01", ScoreTarget(30), TargetStatus.NOT_REACHED, UNHAPPY)
    assert published(HAPPY) == published(HAPPY, missed) == "reached"
    assert published(UNHAPPY) == published(UNHAPPY, reached) == "not reached"
    assert published(HAPPY, reached) is None
    assert published(UNHAPPY, missed) is None


def test_noise_and_few_responses_leave_the_last_status_as_it_was() -> None:
    reached = EmittedTargetStatus("2026-11-01", ScoreTarget(30), TargetStatus.REACHED, HAPPY)
    for histogram in (histogram_of(80, 50, 30), histogram_of(0, 0, 29), Histogram()):
        assert published(histogram) is None
        assert emitted_status_of(DAY, ScoreTarget(30), histogram, reached, 30) is reached


def test_another_target_is_another_question() -> None:
    reached = EmittedTargetStatus("2026-11-01", ScoreTarget(30), TargetStatus.REACHED, HAPPY)
    assert published(HAPPY, reached, ScoreTarget(20)) == "reached"
    assert emitted_status_of(DAY, ScoreTarget(45), HAPPY, reached, 30) is None


@pytest.mark.parametrize("score", [*range(1, 100, 7), 98])
def test_the_fewest_responses_that_show_a_target_show_it_and_one_fewer_do_not(score: int) -> None:
    fewest = fewest_to_reach(ScoreTarget(score))
    assert fewest is not None
    assert target_status(ScoreTarget(score), histogram_of(fewest, 0, 0)) is TargetStatus.REACHED
    assert target_status(ScoreTarget(score), histogram_of(fewest - 1, 0, 0)) is not TargetStatus.REACHED


def test_no_number_of_responses_shows_a_target_of_100() -> None:
    assert fewest_to_reach(ScoreTarget(100)) is None
    assert target_status(ScoreTarget(100), histogram_of(10**9, 0, 0)) is TargetStatus.WITHIN_NOISE
