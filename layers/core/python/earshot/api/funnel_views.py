"""How a funnel looks from outside."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.funnel import STAGES, Rate, Row
from earshot.domain.score import Interval, exact_score, interval, net_promoter_score
from earshot.services.funnel.report_funnel import FunnelReport


def funnel_view(report: FunnelReport) -> dict[str, Any]:
    """Return the view of a funnel, row by row and in total, with the response rate and the score."""
    rows = sorted(report.funnel.rows.items())
    return {
        "survey": report.survey.id,
        "waves": [_row(row, counts) for row, counts in rows],
        "total": _stages({stage: report.funnel.total(stage) for stage in STAGES}),
        "response_rate": _rate(report.rate),
        "score": {
            "nps": net_promoter_score(report.histogram),
            "score_exact": exact_score(report.histogram),
            "responses": report.histogram.responses,
            "interval": _interval(interval(report.histogram)),
        },
    }


def _row(row: Row, counts: Mapping[str, int]) -> dict[str, Any]:
    rate = Rate(counts.get("sent", 0), counts.get("responded", 0))
    return {"channel": row.channel, "wave": row.wave, **_stages(counts), "response_rate": _rate(rate)}


def _stages(counts: Mapping[str, int]) -> dict[str, int]:
    return {stage.replace("-", "_"): counts.get(stage, 0) for stage in STAGES}


def _rate(rate: Rate) -> dict[str, Any]:
    shown = {"asked": rate.asked, "responded": rate.responded, "rate": rate.share}
    return {**shown, "interval": _interval(rate.interval())}


def _interval(bounds: Interval | None) -> dict[str, float] | None:
    return {"level": bounds.level, "low": bounds.low, "high": bounds.high} if bounds else None
