"""What a response adds to the counts of its scores and quality flags; it depends on stored fields only."""

from collections.abc import Mapping
from typing import NamedTuple

from earshot.domain.response import ALL, Response
from earshot.domain.segment_values import OTHER
from earshot.domain.statement import StatementKind


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
    if old is None:
        return {cell: dict(scores) for cell, scores in contribution(new).items()}
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
    if old is None:
        return {cell: {name: 1} for cell, name in listed(new).items()}
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


# A respondent cannot read the question and decide faster than this (seconds).
FASTEST = 2.0
# `timed` are those whose time is known, `speeders` those of them that were too fast, `repeats` equal the
# person's response of the day before, `cleaned` had a part that did not fit, `clicked` are scores clicked in a mail and
# never sent; these five only of responses that count. `excluded` are those that a key excluded.
QUALITY_FLAGS = ("timed", "speeders", "repeats", "cleaned", "clicked", "excluded")


def quality_flags_of(response: Response | None) -> tuple[str, ...]:
    """Return the quality flags of a response; they depend on stored fields only, so a recount finds the same."""
    if response is None or response.score is None or response.kind is StatementKind.ERASED:
        return ()
    if response.statement.excluded:
        return ("excluded",)
    seconds = response.statement.seconds
    holds = {
        "timed": seconds is not None,
        "speeders": seconds is not None and seconds < FASTEST,
        "repeats": response.is_repeat,
        "cleaned": response.statement.cleaned,
        "clicked": response.kind is StatementKind.PARTIAL and response.statement.channel == "email",
    }
    return tuple(flag for flag in QUALITY_FLAGS if holds.get(flag))


def quality_flags_difference(old: Response | None, new: Response) -> Mapping[str, int]:
    """Return what a change adds to the quality counts of the response's day, without zeros."""
    before, after = quality_flags_of(old), quality_flags_of(new)
    change = {flag: (flag in after) - (flag in before) for flag in (*before, *after)}
    return {flag: count for flag, count in change.items() if count}


class Movement(NamedTuple):
    """What a change adds to the counts, by cell and without zeros: to the scores, and to the other counters by name."""

    scores: Mapping[Cell, Mapping[int, int]]
    counters: Mapping[Cell, Mapping[str, int]]

    @property
    def cells(self) -> set[Cell]:
        """Return the cells in which something moves."""
        return {*self.scores, *self.counters}


def movement(old: Response | None, new: Response) -> Movement:
    """Return what a change of a response adds to the counts; what is noted of it stands in the count of its day."""
    counters = listed_difference(old, new)
    if flags := quality_flags_difference(old, new):
        counters[Cell(ALL, new.day)] = dict(flags)
    return Movement(difference(old, new), counters)
