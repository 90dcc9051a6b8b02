"""Report a score over a window: with its size, its interval and what changed since the window before.

The counts are read of one survey or several, of all their responses or of one segment's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.response import ALL
from earshot.domain.score import Change, Histogram, change
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports.scores import Counts

Segment = tuple[str, str]
Days = Mapping[str, Histogram]
Superseded = Mapping[tuple[str, str], Histogram]
Key = TypeVar("Key")


class Basis(Enum):
    """Which responses a score is of: every one in the window, or of each known person the latest in the window.

    An anonymous response is its own respondent. Over several surveys the latest is that in each survey.
    """

    ALL = "all"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class ScoreScope:
    """Whose responses a score is of; a day is each survey's own, in its zone."""

    surveys: tuple[Survey, ...]
    segment: Segment | None = None
    basis: Basis = Basis.ALL

    @property
    def is_complete(self) -> bool:
        """Return whether the segment's older responses are all counted."""
        name = self.segment[0] if self.segment else None
        return not any(name in survey.incomplete for survey in self.surveys)

    @property
    def counted_as(self) -> dict[str, str]:
        """Return, by survey, the series that counts the segment's value if it has none of its own."""
        asked = {survey.id: series_asked(survey, self.segment) for survey in self.surveys}
        return {survey: series for survey, (series, folded) in asked.items() if folded}


def read_days(population: ScoreScope, first: date, end: date, *, counts: Counts) -> Days:
    """Return the counts of each day from `first` (inclusive) to `end` (exclusive), in one query a survey.

    Raises InvalidError if one of the surveys does not track the segment.
    """
    series = _series(population)
    return _added([counts.days(survey, name, first.isoformat(), end.isoformat()) for survey, name in series])


def read_superseded(population: ScoreScope, first: date, end: date, *, counts: Counts) -> Superseded:
    """Return the responses whose person responded again on one of the days, by their own day and that one.

    Nothing where all responses are the basis; else one more query a survey.
    """
    if population.basis is Basis.ALL:
        return {}
    series = _series(population)
    return _added([counts.superseded(survey, name, first.isoformat(), end.isoformat()) for survey, name in series])


def series_asked(survey: Survey, segment: Segment | None) -> tuple[str, bool]:
    """Return the series of a segment's value, and whether it is the shared one; InvalidError if untracked."""
    if segment is None:
        return ALL, False
    name, value = segment
    if name not in survey.segments:
        tracked = ", ".join(survey.segments) or "none"
        reason = f"{name!r} is not tracked by the survey {survey.id!r} (tracked: {tracked})"
        raise InvalidError(FieldError("segment", reason))
    if not survey.shares(name, value):
        return f"{name}={value}", False
    return survey.series(name, value), value != OTHER


def _series(population: ScoreScope) -> list[tuple[str, str]]:
    return [(survey.id, series_asked(survey, population.segment)[0]) for survey in population.surveys]


def _added(found: Sequence[Mapping[Key, Histogram]]) -> Mapping[Key, Histogram]:
    """Add the histograms of several surveys up."""
    if len(found) == 1:
        return found[0]
    together: dict[Key, list[Histogram]] = {}
    for of_one in found:
        for key, histogram in of_one.items():
            together.setdefault(key, []).append(histogram)
    return {key: Histogram.total(histograms) for key, histograms in together.items()}


@dataclass(frozen=True, slots=True)
class Report:
    """A score and all it rests on."""

    population: ScoreScope
    window: Window
    histogram: Histogram
    previous: Histogram | None
    change: Change | None


def report(population: ScoreScope, window: Window, *, counts: Counts) -> Report:
    """Compute the score of a population in a window, and in the window before, from one query of the counts.

    Where the latest response of each person is the basis, it takes one more.
    """
    before = window.previous
    first = before.start if before else window.start
    days = read_days(population, first, window.end, counts=counts)
    superseded = read_superseded(population, first, window.end, counts=counts)
    return report_of(population, window, days, superseded)


def report_of(population: ScoreScope, window: Window, days: Days, superseded: Superseded) -> Report:
    """Compute the score of a population from the days of a window and of the window before, which may be among more."""
    before = window.previous
    now = held(window, days, superseded)
    previous = held(before, days, superseded) if before else None
    return Report(
        population=population,
        window=window.from_first(sorted(days)),
        histogram=now,
        previous=previous,
        change=change(previous, now) if previous else None,
    )


def held(window: Window, days: Days, superseded: Superseded) -> Histogram:
    """Add up a window, without superseded responses whose later day is in the window, too."""
    counted = Histogram.total(histogram for day, histogram in days.items() if window.holds(day))
    both = (h for (day, later), h in superseded.items() if window.holds(day) and window.holds(later))
    return counted.without(Histogram.total(both))
