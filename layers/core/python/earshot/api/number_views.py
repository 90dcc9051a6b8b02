"""How the numbers that several responses have in common look: scores, intervals, rates and spans."""

from typing import TYPE_CHECKING

from earshot.domain.score import exact_score, interval, net_promoter_score

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Day, ExactScore, HistogramCounts, Nps, Part
    from earshot.domain.funnel import Rate
    from earshot.domain.proportions import Proportion
    from earshot.domain.score import Histogram, Interval
    from earshot.domain.window import Window

    class IntervalView(TypedDict):
        """A range at a confidence level, in the unit of what it belongs to."""

        level: float
        low: float
        high: float

    _SpanStart = TypedDict("_SpanStart", {"from": Day})

    class Span(_SpanStart):
        """Days in the survey's time zone."""

        to: Annotated[Day, "Exclusive."]

    class ShortScore(TypedDict):
        """A score without what it is made of."""

        nps: Nps
        score_exact: ExactScore
        responses: Count

    class ScoreNumbers(ShortScore):
        """A score, what it is made of, and its interval."""

        promoters: Count
        passives: Count
        detractors: Count
        histogram: HistogramCounts
        interval: IntervalView | None

    class ShareView(TypedDict):
        """How many of how many, with Wilson's interval."""

        count: Count
        of: Count
        share: Part | None
        interval: IntervalView | None

    class ResponseRateView(TypedDict):
        """Responses through mails over invitations sent, with Wilson's interval."""

        asked: Count
        responded: Count
        rate: Part | None
        interval: IntervalView | None


def interval_view(bounds: "Interval | None") -> "IntervalView | None":
    """Show an interval; null without responses."""
    return {"level": bounds.level, "low": bounds.low, "high": bounds.high} if bounds else None


def rate_view(rate: "Rate") -> "ResponseRateView":
    """Show a response rate with its interval."""
    return {
        "asked": rate.asked,
        "responded": rate.responded,
        "rate": rate.share,
        "interval": interval_view(rate.interval()),
    }


def share_view(found: "Proportion") -> "ShareView":
    """Show a share with its interval."""
    return {
        "count": found.hits,
        "of": found.of,
        "share": found.share,
        "interval": interval_view(found.interval()),
    }


def span_view(window: "Window") -> "Span":
    """Show the days of a window."""
    return {"from": window.start.isoformat(), "to": window.end.isoformat()}


def short_score_view(histogram: "Histogram") -> "ShortScore":
    """Show a score without what it is made of."""
    return {
        "nps": net_promoter_score(histogram),
        "score_exact": exact_score(histogram),
        "responses": histogram.responses,
    }


def score_numbers_view(histogram: "Histogram") -> "ScoreNumbers":
    """Show a score, what it is made of, and its interval."""
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
