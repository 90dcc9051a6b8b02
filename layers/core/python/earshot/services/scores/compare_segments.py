"""Compare each value of a segment with all other responses and with the window before, the surest difference first."""

from dataclasses import dataclass

from earshot.domain.holm import adjusted_by_holm
from earshot.domain.score import FEWEST_DRAWN, Change, Histogram, change
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports.scores import Counts
from earshot.services.scores.report_breakdown import Breakdown, Row, check_tracked
from earshot.services.scores.report_score import Basis, Report, ScoreScope, Segment, report


@dataclass(frozen=True, slots=True)
class Compared:
    """A value of the segment, and its difference from all other responses; `p_value` is adjusted by Holm's method."""

    row: Row
    difference: Change | None
    p_value: float | None


@dataclass(frozen=True, slots=True)
class ComparedSegment:
    """A compared value, and the report of its window with the window before."""

    compared: Compared
    report: Report


@dataclass(frozen=True, slots=True)
class SegmentComparison:
    """The values of a segment, compared; `total` is of all responses, or of the only value that is shown."""

    survey: Survey
    by: str
    total: Report
    rows: tuple[ComparedSegment, ...]


def compare_segments(
    survey: Survey, by: str, basis: Basis, window: Window, only: str | None = None, *, counts: Counts
) -> SegmentComparison:
    """Compare the values of a segment in a window, with one query a value for both windows, and one of all responses.

    Where the latest response of each person is the basis, it takes two queries each. With `only` one value is reported,
    compared with nothing but its own window before. InvalidError if the survey does not track the segment.
    """
    check_tracked(survey, by)

    def of(segment: Segment | None) -> Report:
        return report(ScoreScope((survey,), segment, basis), window, counts=counts)

    if only is not None:
        total = of((by, only))
        reports = {Row(only, total.histogram, only == OTHER): total}
    else:
        total = of(None)
        by_value = {value: of((by, value)) for value in survey.values.get(by, ())}
        reports = {Row(value, each.histogram): each for value, each in by_value.items()}
        others = of((by, OTHER))
        if others.histogram.responses:
            reports[Row(OTHER, others.histogram, is_other=True)] = others
    found = Breakdown(survey, by, basis, total.window, total.histogram, tuple(reports))
    return SegmentComparison(
        survey, by, total, tuple(ComparedSegment(each, reports[each.row]) for each in compared(found))
    )


def compared(found: Breakdown) -> list[Compared]:
    """Compare each value with all other responses of the survey, the surest difference first.

    Where several differences are looked at, some look sure by chance: the p-values are adjusted by Holm's method.
    Values with fewer than ten responses are not compared.
    """
    raw = {row: _difference(row.histogram, found.total) for row in found.rows}
    adjusted = adjusted_by_holm({row: each.p_value for row, each in raw.items() if each is not None})
    return sorted((Compared(row, each, adjusted.get(row)) for row, each in raw.items()), key=_by_certainty)


def _by_certainty(each: Compared) -> tuple[float, int, str]:
    return (2.0 if each.p_value is None else each.p_value, -each.row.histogram.responses, each.row.value)


def _difference(part: Histogram, total: Histogram) -> Change | None:
    rest = total.without(part)
    if min(part.responses, rest.responses) < FEWEST_DRAWN:
        return None
    return change(rest, part)
