"""What a response adds to the counts; it depends on stored fields only."""

from collections.abc import Mapping
from typing import NamedTuple

from earshot.domain.response import Response
from earshot.domain.segment_values import OTHER


class Cell(NamedTuple):
    """Where a response is counted: a series, and its day there.

    With `superseded_on` it counts those responses of the day whose person responded again on that later day. In a
    window that holds both days they are not the person's latest.
    """

    series: str
    day: str
    superseded_on: str | None = None


Contribution = Mapping[Cell, Mapping[int, int]]


def contribution(response: Response | None) -> Contribution:
    """Return what a response adds to the counts, by cell and score."""
    if response is None or response.score is None:
        return {}
    cells = [Cell(series, response.day) for series in response.counted_series]
    if response.superseded_on is not None:
        cells += [Cell(series, response.day, response.superseded_on) for series in response.counted_series]
    return {cell: {response.score: 1} for cell in cells}


def difference(old: Response | None, new: Response) -> dict[Cell, dict[int, int]]:
    """Return contribution(new) - contribution(old), without zeros."""
    delta: dict[Cell, dict[int, int]] = {}
    for sign, side in ((1, contribution(new)), (-1, contribution(old))):
        for cell, scores in side.items():
            for score, count in scores.items():
                delta.setdefault(cell, {})
                delta[cell][score] = delta[cell].get(score, 0) + sign * count
    return {cell: kept for cell, scores in delta.items() if (kept := {s: n for s, n in scores.items() if n})}


def listed(response: Response | None) -> Mapping[Cell, str]:
    """Return the counters of the candidates that a response counts for, within the count of `(other)`."""
    if response is None or not response.counts:
        return {}
    counted = {f"{segment}={OTHER}": number for segment, number in response.candidates.items()}
    return {Cell(series, response.day): counter(number) for series, number in counted.items()}


def listed_difference(old: Response | None, new: Response) -> dict[Cell, dict[str, int]]:
    """Return what a change adds to the counters of candidates, without zeros."""
    delta: dict[Cell, dict[str, int]] = {}
    for sign, side in ((1, listed(new)), (-1, listed(old))):
        for cell, name in side.items():
            named = delta.setdefault(cell, {})
            named[name] = named.get(name, 0) + sign
    return {cell: kept for cell, named in delta.items() if (kept := {name: n for name, n in named.items() if n})}


def counter(number: int) -> str:
    """Return the name of a candidate's counter."""
    return f"c{number}"


def candidate_of(name: str) -> int | None:
    """Return the number of the candidate that a counter counts; None if it counts something else."""
    return int(name[1:]) if name[:1] == "c" and name[1:].isdecimal() else None
