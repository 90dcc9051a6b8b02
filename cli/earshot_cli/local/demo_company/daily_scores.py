"""What the daily evaluations found in the year: the days on which a score had really changed, and yesterday."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from operator import add, sub

from earshot.domain.daily_evaluation import DailyEvaluation, Samples, changed, new_changes
from earshot.domain.response import Response
from earshot.domain.score import SCORES, Histogram
from earshot.domain.survey import Survey

# Of each series the scores given before each day, from the first one on: what lies between two days is a difference.
Sums = Mapping[str, Sequence[tuple[int, ...]]]


def evaluations_of(survey: Survey, responses: Iterable[Response], today: date) -> list[DailyEvaluation]:
    """Return the evaluations with a change in the order of their days, and that of yesterday."""
    counted = [response for response in responses if response.counts]
    first, length = date.fromisoformat(min(response.day for response in counted)), survey.alerts.window
    sums = _sums(counted, first, (today - first).days)
    found: list[DailyEvaluation] = []
    for end in range(2 * length, (today - first).days + 1):
        day = first + timedelta(end - 1)
        recent = [one for one in found if one.day > (day - timedelta(2 * length)).isoformat()]
        changes = new_changes(changed(_samples(sums, end, length), survey.alerts), recent)
        if changes or day == today - timedelta(1):
            found.append(DailyEvaluation(survey.id, day.isoformat(), survey.alerts, changes))
    return found


def _sums(responses: Iterable[Response], first: date, days: int) -> Sums:
    given: dict[str, list[list[int]]] = {}
    for response in responses:
        place = (date.fromisoformat(response.day) - first).days
        for series in response.counted_series:
            of_days = given.setdefault(series, [[0] * len(SCORES) for _ in range(days)])
            of_days[place][response.score or 0] += 1
    none = (0,) * len(SCORES)
    return {series: list(accumulate(of_days, _added, initial=none)) for series, of_days in given.items()}


def _added(before: tuple[int, ...], day: Sequence[int]) -> tuple[int, ...]:
    return tuple(map(add, before, day))


def _samples(sums: Sums, end: int, length: int) -> Samples:
    return {
        series: (
            _between(given[end - 2 * length], given[end - length]),
            _between(given[end - length], given[end]),
        )
        for series, given in sums.items()
    }


def _between(before: tuple[int, ...], after: tuple[int, ...]) -> Histogram:
    return Histogram(tuple(map(sub, after, before)))
