"""Report a score over a window: with its size, its interval and what changed since the window before."""

from dataclasses import dataclass

from earshot.domain.names import no_survey
from earshot.domain.score import Change, Histogram, change
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports.scores import Counts
from earshot.ports.surveys import Surveys
from earshot.services.scores.read_counts import Days, ScoreScope, Superseded, read_days, read_superseded


@dataclass(frozen=True, slots=True)
class Report:
    """A score and all it rests on."""

    population: ScoreScope
    window: Window
    histogram: Histogram
    previous: Histogram | None
    change: Change | None


def find_survey(survey_id: str, surveys: Surveys) -> Survey:
    """Read a survey's settings; NotFoundError if there is none."""
    survey = surveys.get(survey_id)
    if survey is None:
        raise no_survey(survey_id)
    return survey


def find_whole_survey(survey_id: str, surveys: Surveys) -> Survey:
    """Read a survey with the values of its segments; NotFoundError if there is none."""
    survey = find_survey(survey_id, surveys)
    return surveys.with_values(survey) if survey.segments else survey


def report(population: ScoreScope, window: Window, *, counts: Counts) -> Report:
    """Compute the score of a population in a window, and in the window before, from one query of the counts.

    Where the latest response of each person is the basis, it takes one more.
    """
    before = window.previous
    first = before.start if before else window.start
    days = read_days(population, first, window.end, counts=counts)
    superseded = read_superseded(population, first, window.end, counts=counts)
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
