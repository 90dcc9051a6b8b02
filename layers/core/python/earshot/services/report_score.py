"""Report a score over a window: with its size, its interval and what changed since the window before."""

from dataclasses import dataclass
from datetime import date

from earshot.domain.errors import Fault, InvalidError, NotFoundError
from earshot.domain.response import ALL
from earshot.domain.score import Change, Histogram, change
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports import Counts, Surveys


@dataclass(frozen=True, slots=True)
class Report:
    """A score and all it rests on; `folded_into` names the series that stands in for the segment's value."""

    survey: Survey
    window: Window
    segment: tuple[str, str] | None
    histogram: Histogram
    previous: Histogram | None
    change: Change | None
    complete: bool
    folded_into: str | None


def find_survey(survey_id: str, surveys: Surveys) -> Survey:
    """Read a survey; NotFoundError if there is none."""
    survey = surveys.get(survey_id)
    if survey is None:
        raise NotFoundError(f"there is no survey {survey_id!r}")
    return survey


def report(survey: Survey, window: Window, segment: tuple[str, str] | None, *, counts: Counts) -> Report:
    """Compute the score of one series in a window, and of the window before, from one query of the counts."""
    series, folded = series_asked(survey, segment)
    before = window.previous
    first = before.start if before else window.start
    days = counts.days(survey.id, series, _iso(first), _iso(window.end))
    now = Histogram.total(histogram for day, histogram in days.items() if window.holds(day))
    previous = Histogram.total(h for day, h in days.items() if before.holds(day)) if before else None
    return Report(
        survey=survey,
        window=_bounded(window, days),
        segment=segment,
        histogram=now,
        previous=previous,
        change=change(previous, now) if previous else None,
        complete=segment is None or segment[0] not in survey.incomplete,
        folded_into=series if folded else None,
    )


def series_asked(survey: Survey, segment: tuple[str, str] | None) -> tuple[str, bool]:
    """Name the series of a segment's value, and tell whether it is the shared one; InvalidError if untracked."""
    if segment is None:
        return ALL, False
    name, value = segment
    if name not in survey.segments:
        tracked = ", ".join(survey.segments) or "none"
        raise InvalidError(Fault("segment", f"{name!r} is not tracked by this survey (tracked: {tracked})"))
    if survey.knows(name, value) or not survey.is_full(name):
        return f"{name}={value}", False
    return survey.series(name, value), True


def _bounded(window: Window, days: dict[str, Histogram]) -> Window:
    """Let the window of all days begin with the first day that has an answer."""
    if window.days is not None:
        return window
    return Window(None, date.fromisoformat(min(days)) if days else window.end, window.end)


def _iso(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
