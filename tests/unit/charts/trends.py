"""Courses of a score to draw, as the API itself shows them."""

from datetime import date, timedelta
from typing import Any

from earshot.api.trend_views import trend_view
from earshot.domain.trend import DailyScores, windows
from earshot.services.scores.report_score import ScoreScope
from earshot.services.scores.report_trend import Period, Trend
from tests.factories import make_survey

FIRST = date(2026, 9, 1)
MANY, FEW, NOBODY = (60, 20, 20), (6, 2, 2), (0, 0, 0)


def make_trend(*camps: tuple[int, int, int], **overrides: Any) -> dict[str, Any]:
    """Make a reply of the trend call: promoters, passives and detractors of each day's window."""
    over = windows("30d", FIRST, FIRST + timedelta(len(camps)))
    promoters, passives, detractors = ([each[camp] for each in camps] for camp in range(3))
    trend = DailyScores(over, promoters, passives, detractors, [sum(each) for each in camps])
    period = Period("30d", FIRST, FIRST + timedelta(len(camps)))
    return trend_view(Trend(ScoreScope((make_survey(),)), period, trend, None)) | overrides
