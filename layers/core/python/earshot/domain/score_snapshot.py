"""A window with its score, its size and its interval, as it is stored and published."""

from typing import Any

from earshot.domain.score import Histogram, interval, net_promoter_score
from earshot.domain.window import Window


def scored(window: Window, histogram: Histogram) -> dict[str, Any]:
    """Write the score of a window, its bounds to a thousandth of a point."""
    bounds = interval(histogram)
    return {
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "nps": net_promoter_score(histogram),
        "promoters": histogram.promoters,
        "passives": histogram.passives,
        "detractors": histogram.detractors,
        "responses": histogram.responses,
        "interval": {"level": bounds.level, "low": round(bounds.low, 3), "high": round(bounds.high, 3)}
        if bounds
        else None,
    }
