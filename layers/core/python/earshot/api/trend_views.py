"""How the trend of a score looks from outside."""

from typing import TYPE_CHECKING

from earshot.api.number_views import interval_view
from earshot.api.score_views import basis_name, counted_as, joint_counted_as, segment_name
from earshot.domain.score import LEVEL, Interval
from earshot.domain.trend import DailyScores
from earshot.services.scores.report_trend import Trend

if TYPE_CHECKING:
    from typing import Annotated

    from earshot.api.json_types import Count, Day
    from earshot.api.number_views import IntervalView, ShortScore, Span
    from earshot.api.score_views import BasisName, Complete, CountedAs, JointBasisName, JointCountedAs

    class _TrendPoint(ShortScore, Span):
        day: Day
        promoters: Count
        passives: Count
        detractors: Count
        interval: IntervalView | None

    class _TrendPoints(Span):
        segment: str | None
        window: str
        points: list[_TrendPoint]
        data_from: Annotated[Day | None, "The first day with a response among those the windows hold."]
        complete: Complete

    class TrendView(_TrendPoints, CountedAs):
        """The trend of a score: a point for each day, the score of the window that ends with it."""

        survey: str
        basis: BasisName
        timezone: str

    class JointTrendView(_TrendPoints, JointCountedAs):
        """The trend of a score: a point for each day, the score of the window that ends with it."""

        surveys: list[str]
        basis: JointBasisName
        timezones: dict[str, str]


def trend_view(trend: Trend) -> "TrendView":
    """Show a point for each day of one survey."""
    survey = trend.population.surveys[0]
    return {
        "survey": survey.id,
        "basis": basis_name(trend.population.basis),
        "timezone": survey.timezone,
        **_points_view(trend),
        **counted_as(trend.population),
    }


def joint_trend_view(trend: Trend) -> "JointTrendView":
    """Show a point for each day of several surveys together."""
    surveys = trend.population.surveys
    return {
        "surveys": [survey.id for survey in surveys],
        "basis": basis_name(trend.population.basis, per_survey=True),
        "timezones": {survey.id: survey.timezone for survey in surveys},
        **_points_view(trend),
        **joint_counted_as(trend.population),
    }


def _points_view(trend: Trend) -> "_TrendPoints":
    return {
        "segment": segment_name(trend.population.segment),
        "window": trend.period.length,
        "from": trend.period.first.isoformat(),
        "to": trend.period.end.isoformat(),
        "points": _points(trend.daily_scores),
        "data_from": trend.data_from,
        "complete": trend.population.is_complete,
    }


def _points(daily: DailyScores) -> "list[_TrendPoint]":
    over, camps = daily.over, (daily.promoters, daily.passives, daily.detractors, daily.responses)
    days = daily.last_days, over.named(over.starts), over.named(over.ends)
    return [
        {
            "day": day,
            "from": start,
            "to": end,
            "nps": score,
            "score_exact": exact,
            "promoters": promoters,
            "passives": passives,
            "detractors": detractors,
            "responses": responses,
            "interval": interval_view(Interval(LEVEL, *bounds) if bounds else None),
        }
        for day, start, end, score, exact, promoters, passives, detractors, responses, bounds in zip(
            *days, daily.scores, daily.exact_scores, *camps, daily.bounds, strict=True
        )
    ]
