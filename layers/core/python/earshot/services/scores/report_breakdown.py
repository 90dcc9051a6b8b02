"""Break a score down by a segment: the score of each of its values in one window, the largest first."""

from dataclasses import dataclass

from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.score import Histogram
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports.scores import Counts
from earshot.services.scores.report_score import Basis, ScoreScope, Segment, held, read_days, read_superseded


@dataclass(frozen=True, slots=True)
class Row:
    """The responses of one value of the segment; `is_other` says that it is those values that share a series."""

    value: str
    histogram: Histogram
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The score of a survey, and of each value of a segment."""

    survey: Survey
    by: str
    basis: Basis
    window: Window
    total: Histogram
    rows: tuple[Row, ...]

    @property
    def is_complete(self) -> bool:
        """Return whether the segment's older responses are all counted."""
        return self.by not in self.survey.incomplete


def break_down(
    survey: Survey, by: str, basis: Basis, window: Window, only: str | None = None, *, counts: Counts
) -> Breakdown:
    """Compute the score of each value of a segment in a window, with one query a value, and one of all responses.

    There are at most 200 values, and the series that all others share if one of them is in the window. Where the
    latest response of each person is the basis, it takes two queries each. InvalidError if the survey does not track
    the segment. With `only` one value is reported, and the total is its own.
    """
    check_tracked(survey, by)
    everybody = ScoreScope((survey,), None if only is None else (by, only), basis)
    days = read_days(everybody, window.start, window.end, counts=counts)
    total = held(window, days, read_superseded(everybody, window.start, window.end, counts=counts))
    if only is not None:
        return Breakdown(survey, by, basis, window.from_first(sorted(days)), total, (Row(only, total, only == OTHER),))
    values = survey.values.get(by, ())
    rows = [Row(value, _counted(survey, (by, value), basis, window, counts)) for value in values]
    if (others := _counted(survey, (by, OTHER), basis, window, counts)).responses:
        rows.append(Row(OTHER, others, is_other=True))
    rows.sort(key=lambda row: (-row.histogram.responses, row.value))
    return Breakdown(survey, by, basis, window.from_first(sorted(days)), total, tuple(rows))


def check_tracked(survey: Survey, by: str) -> None:
    """Raise InvalidError if a survey does not track a segment."""
    if by not in survey.segments:
        # What was sent is not repeated: it may be a secret in the wrong place.
        tracked = ", ".join(survey.segments) or "none"
        raise InvalidError(FieldError("by", f"it is not tracked by the survey {survey.id!r} (tracked: {tracked})"))


def _counted(survey: Survey, segment: Segment, basis: Basis, window: Window, counts: Counts) -> Histogram:
    population = ScoreScope((survey,), segment, basis)
    days = read_days(population, window.start, window.end, counts=counts)
    return held(window, days, read_superseded(population, window.start, window.end, counts=counts))
