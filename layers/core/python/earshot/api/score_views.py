"""How scores and counts look from outside."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from earshot.api.number_views import score_numbers_view, span_view
from earshot.domain.daily_evaluation import target_status
from earshot.domain.score import Histogram, band_of, interval, net_promoter_score
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.services.scores.compare_segments import ComparedSegment, SegmentComparison
from earshot.services.scores.report_breakdown import Breakdown
from earshot.services.scores.report_score import Basis, Report, ScoreScope

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import Count, Day, HistogramCounts, Nps, Part, Points, bounds, words
    from earshot.api.number_views import ScoreNumbers, Span
    from earshot.domain.daily_evaluation import TargetStatus
    from earshot.domain.segment_values import VALUES_PER_SEGMENT
    from earshot.services.scores.report_score import Segment

    Complete = Annotated[bool, "False while the segment's older responses are still being counted."]
    BasisName = Annotated[str, words("all responses", "latest per person in the window")]
    JointBasisName = Annotated[str, words("all responses", "latest per person and survey in the window")]

    class CountedAs(TypedDict):
        """Which series counts a value that has none of its own."""

        counted_as: NotRequired[Annotated[str, "The series that counts the value, if it has none of its own."]]

    class JointCountedAs(TypedDict):
        """Which series counts a value that has none of its own, by survey."""

        counted_as: NotRequired[
            Annotated[dict[str, str], "The series that counts the value, if it has none of its own."]
        ]

    StatusName = Annotated[str, words(*(status.value for status in TargetStatus))]

    class _NamedWindow(Span):
        length: str
        days: Annotated[Count | None, "Null for `all`."]

    class _ScoreWindow(_NamedWindow):
        timezone: str

    class _JointScoreWindow(_NamedWindow):
        timezones: dict[str, str]

    class ScoreBand(TypedDict):
        """What the score is called, and by which scale; null unless the whole interval is."""

        label: str
        scale: str

    class TargetStatusView(TypedDict):
        """How the score compares with the survey's target, by its interval."""

        score: Points
        baseline: Points | None
        current: Nps
        status: Annotated[StatusName | None, "Null without responses."]

    class PreviousScore(ScoreNumbers, Span):
        """The window before."""

    class ChangeView(TypedDict):
        """The difference to the window before, in points, and what the two-sample test makes of it."""

        points: float
        low: float
        high: float
        p_value: Part
        significant: bool

    class _ComparedScore(ScoreNumbers):
        segment: str | None
        band: ScoreBand | None
        target: TargetStatusView | None
        previous: PreviousScore | None
        change: ChangeView | None
        complete: Complete

    class ScoreView(_ComparedScore, CountedAs):
        """The score of one series in one window."""

        survey: str
        basis: BasisName
        window: _ScoreWindow

    class JointScoreView(_ComparedScore, JointCountedAs):
        """The score of one series in one window."""

        surveys: list[str]
        basis: JointBasisName
        window: _JointScoreWindow

    class BreakdownTotal(ScoreNumbers):
        """All responses, those without a value among them."""

    class _BreakdownRow(ScoreNumbers):
        value: str
        other: Annotated[bool, "Whether it is all values together that have no series of their own."]

    class BreakdownView(TypedDict):
        """The score of each value of a segment in one window, the one with most responses first."""

        survey: str
        by: Annotated[str, "The name of the segment."]
        basis: BasisName
        window: _ScoreWindow
        total: BreakdownTotal
        rows: Annotated[list[_BreakdownRow], bounds(maxItems=VALUES_PER_SEGMENT + 1)]
        complete: Complete

    class DifferenceView(TypedDict):
        """The difference of a value from all other responses, in points, with Holm's adjusted p-value."""

        points: float
        low: float
        high: float
        p_value: Annotated[Part, "Of this difference alone."]
        p_value_adjusted: Annotated[Part, "By Holm's method, as several values are compared."]

    class _ComparedSegment(ScoreNumbers):
        value: str
        other: Annotated[bool, "Whether it is all values together that have no series of their own."]
        detractor_share: Annotated[Part | None, "Null without responses."]
        previous: PreviousScore | None
        change: ChangeView | None
        difference: Annotated[DifferenceView | None, "Null where the value or the rest has fewer than ten responses."]

    class SegmentComparisonView(TypedDict):
        """The values of a segment in one window, the one whose difference from the rest is the surest first."""

        survey: str
        property: Annotated[str, "The name of the segment."]
        basis: BasisName
        window: _ScoreWindow
        total: BreakdownTotal
        rows: Annotated[list[_ComparedSegment], bounds(maxItems=VALUES_PER_SEGMENT + 1)]
        complete: Complete

    class _CountsDay(TypedDict):
        day: Day
        histogram: HistogramCounts

    class CountsView(CountedAs):
        """The counts of one series by day; days without responses are left out."""

        survey: str
        segment: str | None
        days: list[_CountsDay]


def score_view(report: Report) -> "ScoreView":
    """Show the score of one survey with its size, its interval and its change."""
    survey = report.population.surveys[0]
    return {
        "survey": survey.id,
        "basis": basis_name(report.population.basis),
        "window": {**_window(report.window), "timezone": survey.timezone},
        **_compared(report),
        **counted_as(report.population),
    }


def joint_score_view(report: Report) -> "JointScoreView":
    """Show the score of several surveys together with its size, its interval and its change."""
    surveys = report.population.surveys
    return {
        "surveys": [survey.id for survey in surveys],
        "basis": basis_name(report.population.basis, per_survey=True),
        "window": {**_window(report.window), "timezones": {survey.id: survey.timezone for survey in surveys}},
        **_compared(report),
        **joint_counted_as(report.population),
    }


def breakdown_view(breakdown: Breakdown) -> "BreakdownView":
    """Show the score of each value of a segment, the largest first, and that of all responses."""
    survey = breakdown.survey
    return {
        "survey": survey.id,
        "by": breakdown.by,
        "basis": basis_name(breakdown.basis),
        "window": {**_window(breakdown.window), "timezone": survey.timezone},
        "total": score_numbers_view(breakdown.total),
        "rows": [
            {"value": row.value, "other": row.is_other, **score_numbers_view(row.histogram)} for row in breakdown.rows
        ],
        "complete": breakdown.is_complete,
    }


def comparison_view(found: SegmentComparison) -> "SegmentComparisonView":
    """Show the compared values of a segment, and the score of all responses."""
    total = found.total
    return {
        "survey": found.survey.id,
        "property": found.by,
        "basis": basis_name(total.population.basis),
        "window": {**_window(total.window), "timezone": found.survey.timezone},
        "total": score_numbers_view(total.histogram),
        "rows": [_compared_segment(each) for each in found.rows],
        "complete": found.by not in found.survey.incomplete,
    }


def _compared_segment(each: ComparedSegment) -> "_ComparedSegment":
    row, difference, p_value = each.compared.row, each.compared.difference, each.compared.p_value
    histogram = row.histogram
    return {
        "value": row.value,
        "other": row.is_other,
        **score_numbers_view(histogram),
        "detractor_share": histogram.detractors / histogram.responses if histogram.responses else None,
        "previous": _previous(each.report),
        "change": _change(each.report),
        "difference": {
            "points": difference.points,
            "low": difference.low,
            "high": difference.high,
            "p_value": difference.p_value,
            "p_value_adjusted": p_value,
        }
        if difference and p_value is not None
        else None,
    }


def counts_view(survey: Survey, segment: "Segment | None", days: Mapping[str, Histogram], series: str) -> "CountsView":
    """Show the counts of a segment by day; `series` counts its value, which has none of its own, or is empty."""
    shown: CountsView = {
        "survey": survey.id,
        "segment": segment_name(segment),
        "days": [{"day": day, "histogram": list(histogram.counts)} for day, histogram in sorted(days.items())],
    }
    if series:
        shown["counted_as"] = series
    return shown


def counted_as(scope: ScoreScope) -> "CountedAs":
    """Return which series counts the value of a survey's segment, if it has none of its own."""
    found = scope.counted_as
    return {"counted_as": found[scope.surveys[0].id]} if found else {}


def joint_counted_as(scope: ScoreScope) -> "JointCountedAs":
    """Return which series counts the value of a segment, by survey, where it has none of its own."""
    found = scope.counted_as
    return {"counted_as": found} if found else {}


def segment_name(segment: "Segment | None") -> str | None:
    """Return a segment as it is requested."""
    return "=".join(segment) if segment else None


def basis_name(basis: Basis, *, per_survey: bool = False) -> str:
    """Return in words which responses count."""
    if basis is Basis.ALL:
        return "all responses"
    return f"latest per person{' and survey' if per_survey else ''} in the window"


def _window(window: Window) -> "_NamedWindow":
    return {"length": window.length, "days": window.days, **span_view(window)}


def _compared(report: Report) -> "_ComparedScore":
    return {
        "segment": segment_name(report.population.segment),
        **score_numbers_view(report.histogram),
        "band": _band(report),
        "target": _target(report),
        "previous": _previous(report),
        "change": _change(report),
        "complete": report.population.is_complete,
    }


def _previous(report: Report) -> "PreviousScore | None":
    before = report.window.previous
    if before is None or report.previous is None:
        return None
    return {**span_view(before), **score_numbers_view(report.previous)}


def _change(report: Report) -> "ChangeView | None":
    change = report.change
    if change is None:
        return None
    return {
        "points": change.points,
        "low": change.low,
        "high": change.high,
        "p_value": change.p_value,
        "significant": change.significant,
    }


def _band(report: Report) -> "ScoreBand | None":
    bounds, scales = interval(report.histogram), {survey.bands for survey in report.population.surveys}
    found = None if bounds is None or len(scales) > 1 else band_of(bounds, *scales)
    return {"label": found[0], "scale": found[1]} if found else None


def _target(report: Report) -> "TargetStatusView | None":
    """Compare the reported score with the survey's target; several surveys together have none."""
    surveys = report.population.surveys
    target = surveys[0].target
    if target is None or len(surveys) > 1:
        return None
    status = target_status(target, report.histogram)
    return {
        "score": target.score,
        "baseline": target.baseline,
        "current": net_promoter_score(report.histogram),
        "status": status.value if status else None,
    }
