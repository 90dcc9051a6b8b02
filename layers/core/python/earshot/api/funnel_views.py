"""How a funnel looks from outside."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from earshot.api.number_views import interval_view, rate_view, short_score_view
from earshot.domain.funnel import STAGES, Rate, Row
from earshot.domain.score import interval
from earshot.services.funnel.report_funnel import FunnelReport

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Positive
    from earshot.api.number_views import IntervalView, ResponseRateView, ShortScore

    class _FunnelStages(TypedDict):
        scheduled: Count
        sent: Count
        waiting: Count
        claimed: Count
        stopped: Count
        delivered: Count
        bounced: Count
        soft_bounced: Count
        complained: Count
        opened: Count
        opened_by_machine: Count
        clicked: Count
        clicked_by_machine: Count
        unsubscribed: Count
        clicked_score: Count
        responded: Count
        commented: Count
        declined: Count

    class _FunnelWave(_FunnelStages):
        channel: str
        wave: Annotated[Positive, "1 is the invitation, 2 and 3 its reminders."]
        response_rate: ResponseRateView

    class _FunnelScore(ShortScore):
        interval: IntervalView | None

    class FunnelView(TypedDict):
        """How far the invitations came; each counts at most once a stage and wave."""

        survey: str
        waves: list[_FunnelWave]
        total: _FunnelStages
        response_rate: ResponseRateView
        score: _FunnelScore


def funnel_view(report: FunnelReport) -> "FunnelView":
    """Return the view of a funnel, row by row and in total, with the response rate and the score."""
    rows = sorted(report.funnel.rows.items())
    return {
        "survey": report.survey.id,
        "waves": [_wave(row, counts) for row, counts in rows],
        "total": _stages({stage: report.funnel.total(stage) for stage in STAGES}),
        "response_rate": rate_view(report.rate),
        "score": {**short_score_view(report.histogram), "interval": interval_view(interval(report.histogram))},
    }


def _wave(row: Row, counts: Mapping[str, int]) -> "_FunnelWave":
    rate = Rate(counts.get("sent", 0), counts.get("responded", 0))
    return {"channel": row.channel, "wave": row.wave, **_stages(counts), "response_rate": rate_view(rate)}


def _stages(counts: Mapping[str, int]) -> "_FunnelStages":
    return cast("_FunnelStages", {stage.replace("-", "_"): counts.get(stage, 0) for stage in STAGES})
