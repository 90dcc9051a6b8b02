"""How the quality of a survey's data looks from outside."""

from datetime import timedelta
from typing import TYPE_CHECKING

from earshot.domain.funnel import Rate
from earshot.domain.invitation_cohorts import settled
from earshot.domain.score import Histogram, Interval, exact_score, net_promoter_score
from earshot.services.scores.report_quality import QualityReport

if TYPE_CHECKING:
    from earshot.api import response_shapes as shapes
    from earshot.api.response_shapes import _QualityPrevious, _QualityResponseRate


def quality_view(report: QualityReport, people_days: int = 0) -> "shapes.Quality":
    """Show the shares of a window's answers, the response rate and its change, and the warnings.

    And for how long words are kept; `people_days` is for how long people are without contact (0: for good).
    """
    shares, window = report.shares, report.window
    return {
        "survey": report.survey.id,
        "window": {
            "days": window.days or 0,
            "from": window.start.isoformat(),
            "to": window.end.isoformat(),
            "timezone": report.survey.timezone,
        },
        **_score(report.histogram),
        "previous": _score(report.previous),
        "speeders": _share(shares.speeders),
        "repeats": _share(shares.repeats),
        "quarantined": _share(shares.quarantined),
        "excluded": _share(shares.excluded),
        "cleaned": _share(shares.cleaned),
        "clicked": _share(shares.clicked),
        "response_rate": _response_rate(report),
        "retention_days": report.survey.retention_days,
        "people_retention_days": people_days or None,
        "warnings": report.warnings,
    }


def _score(histogram: Histogram) -> "_QualityPrevious":
    return {
        "nps": net_promoter_score(histogram),
        "score_exact": exact_score(histogram),
        "responses": histogram.responses,
    }


def _share(share: Rate) -> "shapes.Share":
    return {
        "count": share.responded,
        "of": share.asked,
        "share": share.share,
        "interval": _interval(share.interval()),
    }


def _response_rate(report: QualityReport) -> "_QualityResponseRate":
    mails, compared, change = report.mails, report.compared, report.compared.change
    return {
        "from": mails.start.isoformat(),
        "to": mails.end.isoformat(),
        "settled_days": settled(report.survey.rules.reminders) // timedelta(1),
        **_rate(compared.rate),
        "previous": _rate(compared.rate_before) if compared.rate_before else None,
        "change": {
            "difference": change.difference,
            "low": change.low,
            "high": change.high,
            "significant": change.significant,
        }
        if change
        else None,
    }


def _rate(rate: Rate) -> "shapes.ResponseRate":
    return {
        "asked": rate.asked,
        "responded": rate.responded,
        "rate": rate.share,
        "interval": _interval(rate.interval()),
    }


def _interval(bounds: Interval | None) -> "shapes.Interval | None":
    return {"level": bounds.level, "low": bounds.low, "high": bounds.high} if bounds else None
