"""Evaluating the day that is over: once, for all series together, whatever is repeated, raced, late or half done."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import ClassVar

import pytest

from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.daily_evaluation import DailyEvaluation, TargetStatus
from earshot.domain.score import Histogram
from earshot.domain.survey import Survey
from earshot.services.scores.evaluate_scores import evaluate
from earshot.services.scores.recompute_scores import Ask, recompute
from tests.factories import DAY, NOON, make_survey
from tests.fakes.crash import CrashError
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.scores import InMemoryDailyEvaluations, InMemoryScores
from tests.fakes.surveys import InMemorySurveys

TODAY = date(2026, 11, 21)
HOUR = 3_600_000
MIDNIGHT = NOON - 12 * HOUR
GOOD, BAD = (9, 9, 9, 8), (9, 3, 3, 7)


@pytest.fixture
def evaluations() -> InMemoryDailyEvaluations:
    return InMemoryDailyEvaluations()


def day(age: int) -> str:
    return (TODAY - timedelta(age)).isoformat()


def add(ledger: InMemoryLedger, ages: range, scores: tuple[int, ...], *series: str, times: int = 1) -> None:
    for age in ages:
        for name in ("all", *series):
            counts = ledger.sums.setdefault(("demo", name, day(age)), [0] * 11)
            for score in scores * times:
                counts[score] += 1


def fallen(*series: str) -> InMemoryLedger:
    """Make counts of a score that was good until thirty days ago, four responses a day."""
    ledger = InMemoryLedger()
    add(ledger, range(31, 62), GOOD, *series)
    add(ledger, range(31), BAD, *series)
    return ledger


def test_a_score_that_fell_is_reported_with_both_windows(evaluations: InMemoryDailyEvaluations) -> None:
    found = evaluate(make_survey(), NOON, counts=fallen(), evaluations=evaluations)
    assert found is not None
    (change,) = found.changes
    assert (found.day, change.series, change.direction) == ("2026-11-20", "all", "fall")
    assert (change.previous.responses, change.current.responses) == (120, 120), "today is not over and counts nowhere"
    assert evaluations.kept == {("demo", "2026-11-20"): found}


def test_a_repeat_finds_the_day_evaluated(evaluations: InMemoryDailyEvaluations) -> None:
    counts = fallen()
    assert evaluate(make_survey(), NOON, counts=counts, evaluations=evaluations)
    assert evaluate(make_survey(), NOON + HOUR, counts=counts, evaluations=evaluations) is None
    assert len(evaluations.kept) == 1


def test_a_late_import_does_not_open_an_evaluated_day_again(evaluations: InMemoryDailyEvaluations) -> None:
    counts = InMemoryLedger()
    add(counts, range(62), GOOD)
    assert evaluate(make_survey(), NOON, counts=counts, evaluations=evaluations) == DailyEvaluation(
        "demo", day(1), AlertSettings()
    )
    add(counts, range(31), BAD, times=9)
    assert evaluate(make_survey(), NOON + HOUR, counts=counts, evaluations=evaluations) is None
    later = evaluate(make_survey(), NOON + DAY, counts=counts, evaluations=evaluations)
    assert later is not None
    assert [change.series for change in later.changes] == ["all"]


def test_no_segment_is_read_where_all_responses_together_are_too_few(evaluations: InMemoryDailyEvaluations) -> None:
    class Watched(InMemoryLedger):
        read: ClassVar[list[str]] = []

        def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
            self.read.append(series)
            return super().days(survey, series, first, end)

    survey, counts = make_survey(segments=("plan",), values={"plan": frozenset({"free", "pro"})}), Watched()
    add(counts, range(29), GOOD, "plan=free")
    assert evaluate(survey, NOON, counts=counts, evaluations=evaluations) is None
    assert counts.read == ["all"]
    add(counts, range(29, 62), GOOD, "plan=free")
    assert evaluate(survey, NOON, counts=counts, evaluations=evaluations)
    assert counts.read == ["all", *survey.all_series()]


def test_a_day_without_enough_responses_waits_for_an_import(evaluations: InMemoryDailyEvaluations) -> None:
    counts = InMemoryLedger()
    assert evaluate(make_survey(), NOON, counts=counts, evaluations=evaluations) is None
    assert evaluations.kept == {}
    found = evaluate(make_survey(), NOON + HOUR, counts=fallen(), evaluations=evaluations)
    assert found is not None
    assert found.changes


def test_of_two_evaluations_at_once_one_decides_for_all_series(evaluations: InMemoryDailyEvaluations) -> None:
    survey = make_survey(segments=("plan",), values={"plan": frozenset({"pro"})})
    others: list[DailyEvaluation | None] = []

    def race(_: DailyEvaluation) -> None:
        evaluations.before = lambda _: None
        counts = fallen()  # the segment's responses are not there yet
        others.append(evaluate(survey, NOON, counts=counts, evaluations=evaluations))

    evaluations.before = race
    assert evaluate(survey, NOON, counts=fallen("plan=pro"), evaluations=evaluations) is None
    assert list(evaluations.kept.values()) == others
    assert [change.series for change in evaluations.kept["demo", day(1)].changes] == ["all"]


def test_a_crash_before_the_decision_is_kept_leaves_nothing_half_reported(
    evaluations: InMemoryDailyEvaluations,
) -> None:
    survey = make_survey(segments=("plan",), values={"plan": frozenset({"pro", "free"})})
    counts = fallen("plan=pro", "plan=free")

    def die(_: DailyEvaluation) -> None:
        raise CrashError

    evaluations.before = die
    with pytest.raises(CrashError):
        evaluate(survey, NOON, counts=counts, evaluations=evaluations)
    assert evaluations.kept == {}
    evaluations.before = lambda _: None
    found = evaluate(survey, NOON, counts=counts, evaluations=evaluations)
    assert found is not None
    assert {change.series for change in found.changes} == {"all", "plan=free", "plan=pro"}


def test_a_fall_is_reported_once_while_its_day_moves_through_the_windows_and_a_rise_after_it_too(
    evaluations: InMemoryDailyEvaluations,
) -> None:
    counts = InMemoryLedger()
    survey = make_survey(alerts=AlertSettings(window=7, minimum=10))
    add(counts, range(-40, 15), BAD, times=10)
    add(counts, range(15, 40), GOOD, times=10)
    reported = []
    for days in range(-14, 40):
        found = evaluate(survey, NOON + days * DAY, counts=counts, evaluations=evaluations)
        assert found is not None
        reported += [(days, change.direction) for change in found.changes]
    assert [direction for _, direction in reported] == ["fall"]
    for age in range(-40, 8):
        counts.sums["demo", "all", day(age)] = [0] * 9 + [40, 0]
    evaluations.kept.clear()
    again = [evaluate(survey, NOON + days * DAY, counts=counts, evaluations=evaluations) for days in range(-14, 40)]
    assert [change.direction for found in again if found for change in found.changes] == ["fall", "rise"]


def test_a_long_fall_is_reported_again_when_two_windows_have_passed(evaluations: InMemoryDailyEvaluations) -> None:
    counts, survey = InMemoryLedger(), make_survey(alerts=AlertSettings(window=7, minimum=10))
    for age in range(60):  # two points a day worse, for two months
        add(counts, range(age, age + 1), (9,) * (40 + age) + (3,) * (60 - age), times=5)
    reported = [
        days
        for days in range(-40, 1)
        if (found := evaluate(survey, NOON + days * DAY, counts=counts, evaluations=evaluations)) and found.changes
    ]
    assert len(reported) > 2
    assert all(later - earlier >= 14 for earlier, later in pairwise(reported))


def test_a_segment_whose_past_is_still_being_counted_emits_nothing(evaluations: InMemoryDailyEvaluations) -> None:
    survey = make_survey(segments=("plan",), values={"plan": frozenset({"pro"})})
    still = replace(survey, incomplete=("plan",))
    found = evaluate(still, NOON, counts=fallen("plan=pro"), evaluations=evaluations)
    assert found is not None
    assert [change.series for change in found.changes] == ["all"]


@pytest.mark.parametrize(
    ("zone", "now", "evaluated"),
    [
        ("UTC", MIDNIGHT + HOUR - 1, "2026-11-19"),
        ("UTC", MIDNIGHT + HOUR, "2026-11-20"),
        ("Asia/Tokyo", MIDNIGHT - 8 * HOUR, "2026-11-20"),
        ("America/New_York", MIDNIGHT + 5 * HOUR, "2026-11-19"),
    ],
)
def test_a_day_is_evaluated_an_hour_after_it_ended_in_the_surveys_zone(
    evaluations: InMemoryDailyEvaluations, zone: str, now: int, evaluated: str
) -> None:
    evaluate(make_survey(timezone=zone), now, counts=fallen(), evaluations=evaluations)
    assert list(evaluations.kept) == [("demo", evaluated)]


def with_target(**target: int) -> Survey:
    return make_survey(target=ScoreTarget(**target))


def test_a_target_is_published_once_and_carried_from_day_to_day(evaluations: InMemoryDailyEvaluations) -> None:
    counts, survey = fallen(), with_target(score=50, baseline=40)
    first = evaluate(survey, NOON, counts=counts, evaluations=evaluations)
    assert first is not None
    assert first.emitted_status is not None
    assert (first.emitted_status.day, first.emitted_status.status) == ("2026-11-20", TargetStatus.NOT_REACHED)
    second = evaluate(survey, NOON + DAY, counts=counts, evaluations=evaluations)
    assert second is not None
    assert second.emitted_status == first.emitted_status


def test_a_target_with_few_responses_for_a_change_is_still_evaluated(evaluations: InMemoryDailyEvaluations) -> None:
    counts = InMemoryLedger()
    add(counts, range(1, 9), GOOD)
    found = evaluate(with_target(score=40), NOON, counts=counts, evaluations=evaluations)
    assert found is not None
    assert found.emitted_status is not None
    assert found.emitted_status.status is TargetStatus.REACHED


def test_the_clock_evaluates_and_a_response_does_not(evaluations: InMemoryDailyEvaluations) -> None:
    ports = {"surveys": InMemorySurveys(make_survey()), "scores": InMemoryScores(), "evaluations": evaluations}
    recomputed = recompute(Ask("demo", ("all",), NOON), NOON, counts=fallen(), **ports)  # type: ignore[arg-type]
    assert evaluations.kept == {}
    rung = recompute(Ask("demo", None, NOON), NOON, counts=fallen(), **ports)  # type: ignore[arg-type]
    assert list(evaluations.kept) == [("demo", "2026-11-20")]
    assert (recomputed.evaluation, rung.evaluation) == (None, evaluations.kept["demo", "2026-11-20"])
