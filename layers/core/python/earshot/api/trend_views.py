"""How the course of a score looks from outside."""

from collections.abc import Iterator
from typing import Any

from earshot.api.views import completeness_view, interval_view, population_view, zones_view
from earshot.domain.score import LEVEL, Interval
from earshot.domain.trend import DailyScores
from earshot.services.scores.report_trend import Trend

COLUMNS = ("day", "from", "to", "nps", "score_exact", "promoters", "passives", "detractors", "responses", "interval")


def trend_view(trend: Trend) -> dict[str, Any]:
    """Show a point for each day, with what all of them rest on."""
    return {
        **population_view(trend.population),
        "window": trend.period.length,
        "from": trend.period.first.isoformat(),
        "to": trend.period.end.isoformat(),
        **zones_view(trend.population.surveys),
        "points": [dict(zip(COLUMNS, point, strict=True)) for point in _points(trend.daily_scores)],
        "data_from": trend.data_from,
        **completeness_view(trend.population),
    }


def _points(course: DailyScores) -> Iterator[tuple[Any, ...]]:
    over, camps = course.over, (course.promoters, course.passives, course.detractors, course.responses)
    days = course.last_days, over.named(over.starts), over.named(over.ends)
    intervals = [interval_view(Interval(LEVEL, *bounds) if bounds else None) for bounds in course.bounds]
    return zip(*days, course.scores, course.exact_scores, *camps, intervals, strict=True)
