"""The trend of a score: a point a day, each with its interval and the number of responses that it rests on."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from earshot.api.trend_views import trend_view
from earshot.charts.trend_svg import trend_svg
from earshot.console.figures import basis_in_words, days_of
from earshot.console.frame import render
from earshot.console.page_templates import safe
from earshot.console.reply import Reply, csv_reply, json_reply, svg_reply
from earshot.console.scopes import score_scope, segments_to_choose
from earshot.console.visit import Visit
from earshot.domain.window import ALL_DAYS, Window
from earshot.services.scores.report_trend import Period, report_trend

# Each point is the score of so many days; the longest period that is drawn, a point a day.
WINDOW, MOST_DAYS = "30d", 1100
PERIODS = ("30d", "90d", "365d", "month", "quarter", "all")
HEADER = ("day", "nps", "score_exact", "low", "high", "promoters", "passives", "detractors", "responses")


def trend_page(visit: Visit) -> Reply:
    """Show how the score moved, a point a day."""
    survey = visit.survey()
    scope = score_scope(visit, survey)
    days = _drawn(visit.filters.window(survey, visit.now))
    found = report_trend(scope, Period(WINDOW, days.start, days.end), counts=visit.deps.counts())
    view = trend_view(found)
    target = survey.target.score if survey.target and scope.segment is None else None
    if visit.form == "json":
        return json_reply(view)
    if visit.form == "svg":
        return svg_reply(trend_svg(view, target=target))
    if visit.form == "csv":
        return csv_reply(f"{survey.id}-trend", HEADER, [_row(point) for point in view["points"]])
    known = [point for point in view["points"] if point["responses"]]
    return render(
        visit,
        "trend.html",
        visit.texts("trend.title", name=survey.name),
        survey=survey,
        days=days_of(days, visit, survey.timezone),
        basis=basis_in_words(visit),
        chart=safe(trend_svg(view, target=target, width=880, height=340, has_style=False)) if known else None,
        narrow=safe(trend_svg(view, target=target, width=340, height=300, has_style=False)) if known else None,
        points=[(point, _row(point)) for point in reversed(known)],
        finding=_finding(visit, known),
        window=WINDOW,
        segment="=".join(scope.segment) if scope.segment else "",
        segments=segments_to_choose(visit, survey),
        periods=PERIODS,
        is_complete=scope.is_complete,
    )


def _drawn(window: Window) -> Window:
    """Return the days that get a point: the last 1,100 of a longer window."""
    first = window.end - timedelta(MOST_DAYS)
    return Window(window.length, first, window.end) if window.length == ALL_DAYS or window.start < first else window


def _row(point: Mapping[str, Any]) -> tuple[object, ...]:
    bounds = point["interval"]
    low, high = (bounds["low"], bounds["high"]) if bounds else (None, None)
    camps = (point["promoters"], point["passives"], point["detractors"], point["responses"])
    return point["day"], point["nps"], point["score_exact"], low, high, *camps


def _finding(visit: Visit, known: Sequence[Mapping[str, Any]]) -> str:
    """Write in a sentence from where to where the score moved."""
    if not known:
        return visit.texts("trend.none")
    first, last = known[0], known[-1]
    return visit.texts(
        "trend.finding",
        first=visit.texts.number(first["nps"] or 0),
        first_day=visit.texts.day(date.fromisoformat(first["day"])),
        first_n=first["responses"],
        last=visit.texts.number(last["nps"] or 0),
        last_day=visit.texts.day(date.fromisoformat(last["day"])),
        last_n=last["responses"],
    )
