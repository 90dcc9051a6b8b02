"""What a response adds to the counts: nothing but what is stored on it decides."""

from collections.abc import Mapping
from typing import NamedTuple

from earshot.domain.response import Response


class Cell(NamedTuple):
    """Where a response is counted: a series, and its day there.

    With `superseded` it is a cell of its own beside the day's: those responses of the day whose person answered again,
    by the day of that next answer. In a window that holds both days they are not the person's latest.
    """

    series: str
    day: str
    superseded: str | None = None


Contribution = Mapping[Cell, Mapping[int, int]]


def contribution(response: Response | None) -> Contribution:
    """Say what a response adds to the counts, by cell and score."""
    if response is None or response.score is None:
        return {}
    cells = [Cell(series, response.day) for series in response.counted_series]
    if response.superseded is not None:
        cells += [Cell(series, response.day, response.superseded) for series in response.counted_series]
    return {cell: {response.score: 1} for cell in cells}


def difference(old: Response | None, new: Response) -> dict[Cell, dict[int, int]]:
    """Give contribution(new) - contribution(old), without what is zero."""
    delta: dict[Cell, dict[int, int]] = {}
    for sign, side in ((1, contribution(new)), (-1, contribution(old))):
        for cell, scores in side.items():
            for score, count in scores.items():
                delta.setdefault(cell, {})
                delta[cell][score] = delta[cell].get(score, 0) + sign * count
    return {cell: kept for cell, scores in delta.items() if (kept := {s: n for s, n in scores.items() if n})}
