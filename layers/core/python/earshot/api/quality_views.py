"""How the quality of a survey's data looks from outside."""

from datetime import timedelta
from typing import TYPE_CHECKING

from earshot.api.number_views import interval_view, rate_view, short_score_view, span_view
from earshot.domain.funnel import Rate
from earshot.domain.invitation_cohorts import settled
from earshot.services.scores.report_quality import QualityReport

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count
    from earshot.api.number_views import ResponseRateView, ShareView, ShortScore, Span

    class _QualityWindow(Span):
        days: Count
        timezone: str

    class _ResponseRateChange(TypedDict):
        difference: float
        low: float
        high: float
        significant: bool

    class QualityResponseRate(ResponseRateView, Span):
        """The first mails of these UTC days that are old enough to have a response."""

        settled_days: Count
        previous: ResponseRateView | None
        change: _ResponseRateChange | None

    class QualityView(ShortScore):
        """How far the responses of a window can be trusted."""

        survey: str
        window: _QualityWindow
        previous: ShortScore
        speeders: ShareView
        repeats: ShareView
        quarantined: ShareView
        excluded: ShareView
        cleaned: ShareView
        clicked: ShareView
        response_rate: QualityResponseRate
        retention_days: Annotated[Count | None, "Responses older than this are anonymised; null: none are."]
        people_retention_days: Annotated[
            Count | None, "People without contact for so many days are deleted; null: never."
        ]
        warnings: Annotated[list[str], "Warnings, in words."]


def quality_view(report: QualityReport, people_days: int = 0) -> "QualityView":
    """Show the shares of a window's responses, the response rate and its change, and the warnings.

    `people_days` is after how many days without contact people are deleted (0: never).
    """
    shares, window = report.shares, report.window
    return {
        "survey": report.survey.id,
        "window": {
            "days": window.days or 0,
            **span_view(window),
            "timezone": report.survey.timezone,
        },
        **short_score_view(report.histogram),
        "previous": short_score_view(report.previous),
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


def _share(share: Rate) -> "ShareView":
    return {
        "count": share.responded,
        "of": share.asked,
        "share": share.share,
        "interval": interval_view(share.interval()),
    }


def _response_rate(report: QualityReport) -> "QualityResponseRate":
    mails, compared, change = report.mails, report.compared, report.compared.change
    return {
        "from": mails.start.isoformat(),
        "to": mails.end.isoformat(),
        "settled_days": settled(report.survey.rules.reminders) // timedelta(1),
        **rate_view(compared.rate),
        "previous": rate_view(compared.rate_before) if compared.rate_before else None,
        "change": {
            "difference": change.difference,
            "low": change.low,
            "high": change.high,
            "significant": change.significant,
        }
        if change
        else None,
    }
