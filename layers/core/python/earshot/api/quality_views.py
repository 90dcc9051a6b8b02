"""How the quality of a survey's data looks from outside."""

from datetime import timedelta
from typing import Any

from earshot.domain.funnel import Rate
from earshot.domain.invitation_cohorts import settled
from earshot.domain.score import Histogram, Interval, exact_score, net_promoter_score
from earshot.services.scores.report_quality import QualityReport


def quality_view(report: QualityReport, people_days: int = 0) -> dict[str, Any]:
    """Show the shares of a window's answers, the response rate and its change, and the warnings.

    And for how long words are kept; `people_days` is for how long people are without contact (0: for good).
    """
    shares, window = report.shares, report.window
    return {
        "survey": report.survey.id,
        "window": {
            "days": window.days,
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


def _score(histogram: Histogram) -> dict[str, Any]:
    shown = {"nps": net_promoter_score(histogram), "score_exact": exact_score(histogram)}
    return {**shown, "responses": histogram.responses}


def _share(share: Rate) -> dict[str, Any]:
    shown = {"count": share.responded, "of": share.asked, "share": share.share}
    return {**shown, "interval": _interval(share.interval())}


def _response_rate(report: QualityReport) -> dict[str, Any]:
    mails, compared, change = report.mails, report.compared, report.compared.change
    days = {"from": mails.start.isoformat(), "to": mails.end.isoformat()}
    return {
        **days,
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


def _rate(rate: Rate) -> dict[str, Any]:
    shown = {"asked": rate.asked, "answered": rate.responded, "rate": rate.share}
    return {**shown, "interval": _interval(rate.interval())}


def _interval(bounds: Interval | None) -> dict[str, float] | None:
    return {"level": bounds.level, "low": bounds.low, "high": bounds.high} if bounds else None
