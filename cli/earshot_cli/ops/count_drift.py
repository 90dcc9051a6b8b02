"""How much counts differ from a recount, measured exactly while responses keep being written (ADR 19).

Each write changes a response and its counts in one transaction, so the difference between a recount and the counts
does not change while writers work. A day is read twice, and its counts in between. If no response changed between the
two readings, all of them were so when the counts were read, and the difference is exact. It is then added, never set:
an addition commutes with those of other writers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """An item of counts, by its keys."""

    pk: str
    sk: str


# What one response adds to the counts, by place and attribute.
Share = Mapping[tuple[Place, str], int]
Counts = Mapping[Place, Mapping[str, int]]


class CountedResponse(NamedTuple):
    """A response at the time it was read: its revision and its share of the counts."""

    revision: int
    share: Share


Reading = Mapping[str, CountedResponse]


def recount(shares: Iterable[Share]) -> defaultdict[Place, Counter[str]]:
    """Add up the shares of some responses."""
    totals: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for share in shares:
        for (place, attribute), count in share.items():
            totals[place][attribute] += count
    return totals


def drift(before: Reading, counted: Counts, after: Reading) -> dict[Place, dict[str, int]] | None:
    """Return what each place of `counted` lacks, by attribute; None if a response changed between the readings.

    Revisions only grow, so a response of the same revision in both readings did not change between them.
    """
    if {name: seen.revision for name, seen in before.items()} != {name: seen.revision for name, seen in after.items()}:
        return None
    recounted = recount(seen.share for seen in after.values())
    return {place: _lacking(recounted[place], numbers) for place, numbers in counted.items()}


def _lacking(recounted: Mapping[str, int], counted: Mapping[str, int]) -> dict[str, int]:
    names = sorted(recounted.keys() | counted.keys())
    lacking = {name: recounted.get(name, 0) - counted.get(name, 0) for name in names}
    return {name: amount for name, amount in lacking.items() if amount}
