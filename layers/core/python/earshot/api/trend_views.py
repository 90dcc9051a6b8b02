"""How the course of a score looks from outside."""

from typing import Any

from earshot.api.views import completeness_view, interval_view, population_view, zones_view
from earshot.domain.score import interval, net_promoter_score
from earshot.domain.trend import Point
from earshot.services.report_trend import Trend


def trend_view(trend: Trend) -> dict[str, Any]:
    """Show a point for each day, with what all of them rest on."""
    return {
        **population_view(trend.population),
        "window": trend.period.length,
        "from": trend.period.first.isoformat(),
        "to": trend.period.end.isoformat(),
        **zones_view(trend.population.surveys),
        "points": [_point(point) for point in trend.points],
        "data_from": trend.data_from,
        **completeness_view(trend.population),
    }


def _point(point: Point) -> dict[str, Any]:
    camps = point.camps
    return {
        "day": point.window.last_day.isoformat(),
        "from": point.window.start.isoformat(),
        "to": point.window.end.isoformat(),
        "nps": net_promoter_score(camps),
        "promoters": camps.promoters,
        "passives": camps.passives,
        "detractors": camps.detractors,
        "responses": camps.responses,
        "interval": interval_view(interval(camps)),
    }
