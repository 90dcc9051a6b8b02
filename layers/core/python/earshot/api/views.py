"""How surveys, scores and keys look from outside."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from earshot.api.alert_settings import alerting_view
from earshot.api.segment_values import segment_view
from earshot.domain.alerts import target_status
from earshot.domain.bands import band_of
from earshot.domain.score import Histogram, Interval, exact_score, interval, net_promoter_score
from earshot.domain.survey import Survey
from earshot.domain.widget import Widget
from earshot.domain.window import Window
from earshot.services.scores.report_breakdown import Breakdown
from earshot.services.scores.report_score import Basis, Report, ScoreScope

if TYPE_CHECKING:
    from earshot.api import response_shapes as shapes
    from earshot.api.response_shapes import _SurveyWidget, _SurveyWidgetLink


def survey_view(survey: Survey) -> "shapes.ListedSurvey":
    """Show a survey, with the values that were seen of its segments."""
    return {
        "id": survey.id,
        "name": survey.name,
        "question": survey.question,
        "timezone": survey.timezone,
        "segments": [segment_view(survey, name) for name in survey.segments],
        "state": survey.state,
        "kind": survey.kind,
        "rules": {
            "quiet_days": survey.rules.quiet_days,
            "sample": survey.rules.sample,
            "daily_budget": survey.rules.daily_budget,
            "sending_hours": [survey.rules.opens, survey.rules.closes],
            "reminders": list(survey.rules.reminders),
            "clicked_scores": survey.rules.clicked_scores,
        },
        "brand": {"name": survey.brand.name, "color": survey.brand.color, "logo": survey.brand.logo},
        **alerting_view(survey.alerts, survey.target, survey.bands),
        "widget": _widget(survey.widget),
        "retention_days": survey.retention_days,
        "created_at": survey.created_at,
        "updated_at": survey.updated_at,
    }


def _widget(widget: Widget) -> "_SurveyWidget":
    link: _SurveyWidgetLink | None = {"label": widget.link.label, "url": widget.link.url} if widget.link else None
    return {
        "origins": list(widget.origins),
        "placement": widget.placement,
        "urls": list(widget.urls),
        "delay": widget.delay,
        "scroll": widget.scroll,
        "sample": widget.sample,
        "quiet_days": widget.quiet_days,
        "partials": widget.partials,
        "rate": widget.rate,
        "hourly_cap": widget.hourly_cap,
        "longest_token_hours": widget.longest_token_hours,
        "follow_ups": dict(widget.follow_ups),
        "thanks": dict(widget.thanks),
        "link": link,
    }


def whole_survey_view(survey: Survey) -> "shapes.Survey":
    """Show a survey with the values that have a series, which a list of surveys does not read."""
    values = {name: sorted(survey.values.get(name, ())) for name in survey.segments}
    return {**survey_view(survey), "values": values, "incomplete": list(survey.incomplete)}


def report_view(report: Report) -> dict[str, Any]:
    """Show a score with its size, its interval and its change."""
    before, change = report.window.previous, report.change
    surveys = report.population.surveys
    window = {"length": report.window.length, "days": report.window.days, **_span(report.window)}
    return {
        **population_view(report.population),
        "window": window | zones_view(surveys),
        **_score(report.histogram),
        "band": _band(report),
        "target": _target(report),
        "previous": {**_span(before), **_score(report.previous)} if before and report.previous else None,
        "change": {
            "points": change.points,
            "low": change.low,
            "high": change.high,
            "p_value": change.p_value,
            "significant": change.significant,
        }
        if change
        else None,
        **completeness_view(report.population),
    }


def breakdown_view(breakdown: Breakdown) -> dict[str, Any]:
    """Show the score of each value of a segment, the largest first, and that of all responses."""
    window = breakdown.window
    whose = population_view(ScoreScope((breakdown.survey,), None, breakdown.basis))
    return {
        "survey": whose["survey"],
        "by": breakdown.by,
        "basis": whose["basis"],
        "window": {"length": window.length, "days": window.days, **_span(window), **zones_view([breakdown.survey])},
        "total": _score(breakdown.total),
        "rows": [{"value": row.value, "other": row.is_other, **_score(row.histogram)} for row in breakdown.rows],
        "complete": breakdown.is_complete,
    }


def population_view(population: ScoreScope) -> dict[str, Any]:
    """Return the fields that name a score's surveys, segment and basis."""
    ids = [survey.id for survey in population.surveys]
    return {
        **({"survey": ids[0]} if len(ids) == 1 else {"surveys": ids}),
        "segment": "=".join(population.segment) if population.segment else None,
        "basis": _basis(population),
    }


def zones_view(surveys: Sequence[Survey]) -> dict[str, Any]:
    """Return the time zone of the days: one, or that of each survey."""
    zones = {survey.id: survey.timezone for survey in surveys}
    return {"timezones": zones} if len(zones) > 1 else {"timezone": surveys[0].timezone}


def completeness_view(population: ScoreScope) -> dict[str, Any]:
    """Return whether older responses of the segment are counted, and which series counts its value."""
    folded = population.counted_as
    shown = {"complete": population.is_complete}
    if not folded:
        return shown
    return shown | {"counted_as": folded if len(population.surveys) > 1 else next(iter(folded.values()))}


def _basis(population: ScoreScope) -> str:
    if population.basis is Basis.ALL:
        return "all responses"
    return f"latest per person{' and survey' if len(population.surveys) > 1 else ''} in the window"


def _span(window: Window) -> dict[str, str]:
    return {"from": window.start.isoformat(), "to": window.end.isoformat()}


def _score(histogram: Histogram) -> dict[str, Any]:
    return {
        "nps": net_promoter_score(histogram),
        "score_exact": exact_score(histogram),
        "promoters": histogram.promoters,
        "passives": histogram.passives,
        "detractors": histogram.detractors,
        "responses": histogram.responses,
        "histogram": list(histogram.counts),
        "interval": interval_view(interval(histogram)),
    }


def _band(report: Report) -> dict[str, str] | None:
    bounds, scales = interval(report.histogram), {survey.bands for survey in report.population.surveys}
    found = None if bounds is None or len(scales) > 1 else band_of(bounds, *scales)
    return {"label": found[0], "scale": found[1]} if found else None


def _target(report: Report) -> dict[str, Any] | None:
    """Hold the score of this very answer against the survey's target; several surveys together have none."""
    surveys = report.population.surveys
    target = surveys[0].target
    if target is None or len(surveys) > 1:
        return None
    status = target_status(target, report.histogram)
    shown = {"score": target.score, "baseline": target.baseline, "current": net_promoter_score(report.histogram)}
    return shown | {"status": status.value if status else None}


def interval_view(bounds: Interval | None) -> "shapes.Interval | None":
    """Show an interval; null without responses."""
    return {"level": bounds.level, "low": bounds.low, "high": bounds.high} if bounds else None
