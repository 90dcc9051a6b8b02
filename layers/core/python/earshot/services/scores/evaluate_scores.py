"""Evaluate the scores of a survey once a day is over: which scores really changed, and whether they meet the target."""

from datetime import date, timedelta

from earshot.domain.daily_evaluation import (
    DailyEvaluation,
    EmittedTargetStatus,
    Samples,
    changed,
    emitted_status_of,
    is_enough,
    new_changes,
    window_until,
)
from earshot.domain.iso_time import day_of
from earshot.domain.response import ALL
from earshot.domain.score import Histogram
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports.evaluations import DailyEvaluations
from earshot.ports.scores import Counts

# A partial response is recorded ten minutes later; what takes longer than an hour counts in tomorrow's windows.
SETTLING = 3_600_000


def evaluate(survey: Survey, now: int, *, counts: Counts, evaluations: DailyEvaluations) -> DailyEvaluation | None:
    """Evaluate the last day that is over, unless that was done; return the evaluation if it is new.

    All series are decided together and kept in one write, so that a repeat finds the decision instead of taking
    another. A day on which no series has enough responses is not evaluated yet: an import may come.
    """
    day = _last_day(survey, now)
    latest = evaluations.latest(survey.id)
    if latest is not None and latest.day >= day:
        return None
    samples = _samples(survey, day, counts)
    emitted = _emitted_status(survey, day, latest, counts)
    is_new = emitted is not None and emitted.day == day
    if not is_new and not any(is_enough(sample, survey.alerts) for sample in samples.values()):
        return None
    recent = evaluations.between(survey.id, _days_before(day, 2 * survey.alerts.window - 1), day)
    changes = new_changes(changed(samples, survey.alerts), recent)
    evaluation = DailyEvaluation(survey.id, day, survey.alerts, changes, emitted)
    return evaluation if evaluations.put(evaluation) else None


def _samples(survey: Survey, day: str, counts: Counts) -> Samples:
    """Read the two windows of each series; one whose older responses are still being counted is left out.

    Where all responses together are too few, no segment has enough, and there may be 2,000 of them.
    """
    before, now = DailyEvaluation(survey.id, day, survey.alerts).windows
    samples = {}
    for name in survey.all_series():
        if name.partition("=")[0] in survey.incomplete:
            continue
        days = counts.days(survey.id, name, before.start.isoformat(), now.end.isoformat())
        samples[name] = (_total(days, before), _total(days, now))
        if not is_enough(samples[ALL], survey.alerts):
            break
    return samples


def _emitted_status(
    survey: Survey, day: str, latest: DailyEvaluation | None, counts: Counts
) -> EmittedTargetStatus | None:
    target = survey.target
    if target is None:
        return None
    window = window_until(day, target.window)
    histogram = _total(counts.days(survey.id, ALL, window.start.isoformat(), window.end.isoformat()), window)
    last = latest.emitted_status if latest else None
    return emitted_status_of(day, target, histogram, last, survey.alerts.minimum)


def _total(days: dict[str, Histogram], window: Window) -> Histogram:
    return Histogram.total(histogram for day, histogram in days.items() if window.holds(day))


def _last_day(survey: Survey, now: int) -> str:
    return _days_before(day_of(now - SETTLING, survey.zone), 1)


def _days_before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days)).isoformat()
