"""The types that the fields of responses have in common, with what their schemas add to them.

No function imports this module: only type checkers and the description read it.
"""

from typing import Annotated, Any


def bounds(**keywords: Any) -> tuple[tuple[str, Any], ...]:
    """Return the keywords that a schema has in addition to its type."""
    return tuple(keywords.items())


def words(*allowed: Any) -> tuple[tuple[str, Any], ...]:
    """Return that a text is one of a few words."""
    return bounds(enum=allowed)


Count = Annotated[int, bounds(minimum=0)]
Positive = Annotated[int, bounds(minimum=1)]
ScoreValue = Annotated[int, bounds(minimum=0, maximum=10)]
Points = Annotated[int, bounds(minimum=-100, maximum=100)]
Part = Annotated[float, bounds(minimum=0, maximum=1)]
Day = Annotated[str, bounds(format="date")]
Time = Annotated[str, bounds(format="date-time"), "A time in UTC."]
Url = Annotated[str, bounds(format="uri")]
Nps = Annotated[int | None, bounds(minimum=-100, maximum=100), "Null without responses."]
ExactScore = Annotated[
    float | None,
    bounds(minimum=-100, maximum=100),
    "The score before it is rounded; `interval` always holds it.",
]
HistogramCounts = Annotated[list[Count], bounds(minItems=11, maxItems=11), "The counts of the scores 0 to 10."]
