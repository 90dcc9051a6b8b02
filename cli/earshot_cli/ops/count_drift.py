"""By how much counts differ from a recount, found out exactly while answers keep arriving.

Every write to a response moves its counts in the same instant, so what a count is off by never changes by itself. A day
is read twice, and its counts in between. What stands the same in both readings stood so at that moment; a response
that moved in between was in the one state or in the other. So the damage lies within bounds, which further readings
narrow until nothing is left to doubt. It is then added, and never set: additions of others commute with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Place(NamedTuple):
    """An item of counts, by its keys."""

    pk: str
    sk: str


# What one response adds to the counts, by place and attribute.
Share = Mapping[tuple[Place, str], int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A response as it was read: its revision and its share of the counts."""

    revision: int
    share: Share


Reading = Mapping[str, Seen]
Range = tuple[int, int]


def ranges(first: Reading, then: Reading) -> dict[tuple[Place, str], Range] | None:
    """Give between what and what each count was while nobody looked; None if more happened than can be told."""
    found: dict[tuple[Place, str], list[int]] = {}
    for response in first.keys() | then.keys():
        states = _states(first.get(response), then.get(response))
        if states is None:
            return None
        before, after = states
        for where in before.keys() | after.keys():
            one, other = before.get(where, 0), after.get(where, 0)
            span = found.setdefault(where, [0, 0])
            span[0] += min(one, other)
            span[1] += max(one, other)
    return {where: (span[0], span[1]) for where, span in found.items()}


def _states(before: Seen | None, after: Seen | None) -> tuple[Share, Share] | None:
    """Give what a response added before and after; None if it was in further states between, or is gone."""
    if after is None:
        return None
    if before is None:
        return ({}, after.share) if after.revision == 1 else None
    return (before.share, after.share) if after.revision - before.revision in (0, 1) else None


@dataclass
class Damage:
    """What is known of how much one item of counts is off, by attribute; `told` is how the item was when last read."""

    bounds: dict[str, Range] = field(default_factory=dict)
    told: str | None = None
    readings: int = 0

    def learn(self, expected: Mapping[str, Range], counted: Mapping[str, int], told: str | None) -> None:
        """Narrow the bounds by one more reading; start anew if the item was mended by someone else meanwhile."""
        if told != self.told:
            self.bounds, self.told = {}, told
        self.readings += 1
        for name in self.bounds.keys() | expected.keys() | counted.keys():
            low, high = expected.get(name, (0, 0))
            count = counted.get(name, 0)
            known = self.bounds.get(name, (low - count, high - count))
            self.bounds[name] = max(known[0], low - count), min(known[1], high - count)

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to doubt."""
        return self.readings > 0 and all(low == high for low, high in self.bounds.values())

    @property
    def is_absurd(self) -> bool:
        """Tell whether readings contradict each other: somebody goes on damaging counts."""
        return any(low > high for low, high in self.bounds.values())

    def amounts(self) -> Iterator[tuple[str, int]]:
        """Give what each attribute lacks, once settled."""
        for name, (low, _) in sorted(self.bounds.items()):
            if low:
                yield name, low
