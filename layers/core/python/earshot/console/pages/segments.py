"""A score by segment: each value with its interval, compared with all other responses, the surest difference first."""

from dataclasses import dataclass

from markupsafe import Markup

from earshot.api.score_views import breakdown_view
from earshot.charts.whisker_svg import whisker_svg
from earshot.console.figures import Figure, basis_in_words, days_of, figure
from earshot.console.filters import path_part
from earshot.console.frame import render
from earshot.console.page_templates import safe
from earshot.console.reply import Reply, csv_reply, json_reply, redirect
from earshot.console.visit import Visit
from earshot.domain.errors import NotFoundError
from earshot.domain.score import FEWEST_DRAWN, Histogram, exact_score, interval
from earshot.domain.survey import Survey
from earshot.services.access.within import value_within
from earshot.services.scores.compare_segments import Compared, compared
from earshot.services.scores.report_breakdown import break_down

PERIODS = ("7d", "30d", "90d", "365d", "month", "quarter", "all")
SURE = 0.05
HEADER = (
    *("value", "nps", "low", "high", "promoters", "passives", "detractors", "responses"),
    *("difference", "difference_low", "difference_high", "p_value_holm"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table, in words."""

    value: str
    is_other: bool
    figure: Figure
    chart: Markup | None
    detractors: str
    difference: str
    is_sure: bool
    url: str


def segments_page(visit: Visit) -> Reply:
    """Show the first tracked property, which leads to the others."""
    survey = visit.survey()
    if not survey.segments:
        return _untracked(visit, survey)
    access = visit.caller.access.segment
    name = access[0] if access else survey.segments[0]
    return redirect(visit.link(_path(survey, name)))


def segment_page(visit: Visit) -> Reply:
    """Show the score of each value of a property."""
    survey, name = visit.survey(), visit.parts["property"]
    if name not in survey.segments:
        raise NotFoundError(visit.texts("segments.not_tracked"))
    only = value_within(visit.caller.access, survey, name)
    if only is not None:
        # A comparison would show figures of the rest, so the only value has its own page.
        return redirect(visit.link(f"/app/s/{survey.id}", segment=f"{name}={only}"))
    window = visit.filters.window(survey, visit.now)
    found = break_down(survey, name, visit.filters.basis, window, counts=visit.deps.counts())
    rows = compared(found)
    if visit.form == "json":
        return json_reply(breakdown_view(found))
    if visit.form == "csv":
        return csv_reply(f"{survey.id}-{name}", HEADER, [_cells(each) for each in rows])
    enough = [each for each in rows if each.row.histogram.responses >= FEWEST_DRAWN]
    return render(
        visit,
        "segments.html",
        visit.texts("segments.title", name=survey.name, property=name),
        survey=survey,
        property=name,
        ways_to_others=[(each, visit.link(_path(survey, each))) for each in survey.segments],
        days=days_of(found.window, visit, survey.timezone),
        basis=basis_in_words(visit),
        whole=figure(found.total, visit.texts),
        lines=[_line(visit, survey, name, each, found.total) for each in enough],
        few=[(each.row.value, each.row.histogram.responses) for each in rows if each not in enough],
        finding=_finding(visit, enough),
        is_complete=found.is_complete,
        periods=PERIODS,
        least=FEWEST_DRAWN,
    )


def _line(visit: Visit, survey: Survey, name: str, each: Compared, total: Histogram) -> Line:
    texts, histogram = visit.texts, each.row.histogram
    shown, score = figure(histogram, texts), exact_score(histogram)
    label = texts("segments.row", value=each.row.value, score=shown.shown, interval=shown.interval, n=shown.responses)
    is_sure = each.p_value is not None and each.p_value < SURE
    return Line(
        value=each.row.value,
        is_other=each.row.is_other,
        figure=shown,
        chart=safe(whisker_svg(score, shown.bounds.low, shown.bounds.high, label, whole=exact_score(total)))
        if score is not None and shown.bounds is not None
        else None,
        detractors=texts.share(histogram.detractors / histogram.responses),
        difference=_difference_in_words(visit, each, is_sure=is_sure),
        is_sure=is_sure,
        url=visit.link(f"/app/s/{survey.id}", segment=f"{name}={each.row.value}"),
    )


def _difference_in_words(visit: Visit, each: Compared, *, is_sure: bool) -> str:
    if each.difference is None:
        return visit.texts("segments.not_compared")
    name = "segments.sure" if is_sure else "segments.unsure"
    return visit.texts(
        name,
        points=visit.texts.points(each.difference.points, signed=True),
        low=visit.texts.points(each.difference.low, signed=True),
        high=visit.texts.points(each.difference.high, signed=True),
    )


def _finding(visit: Visit, rows: list[Compared]) -> str:
    """Write in a sentence which values differ for sure."""
    sure = [each.row.value for each in rows if each.p_value is not None and each.p_value < SURE]
    if not rows:
        return visit.texts("segments.too_few")
    if not sure:
        return visit.texts("segments.none_sure")
    return visit.texts("segments.some_sure", values=", ".join(sure[:5]), n=len(sure))


def _cells(each: Compared) -> tuple[object, ...]:
    histogram, found = each.row.histogram, each.difference
    bounds, score = interval(histogram), exact_score(histogram)
    ends = (bounds.low, bounds.high) if bounds else (None, None)
    difference = (found.points, found.low, found.high) if found else (None, None, None)
    camps = (histogram.promoters, histogram.passives, histogram.detractors, histogram.responses)
    return each.row.value, score, *ends, *camps, *difference, each.p_value


def _path(survey: Survey, name: str) -> str:
    return f"/app/s/{survey.id}/segments/{path_part(name)}"


def _untracked(visit: Visit, survey: Survey) -> Reply:
    return render(visit, "segments_none.html", visit.texts("segments.none_title"), survey=survey)
