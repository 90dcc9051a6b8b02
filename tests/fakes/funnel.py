"""An in-memory funnel; the contract suite in tests/integration/adapters keeps it honest."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from earshot.domain.funnel import Funnel, Row
from earshot.domain.invitation_cohorts import MailDay
from earshot.ports.funnel import Place, Tally


class InMemoryFunnels:
    """Funnels in dictionaries; `before` and `after` each call a test may interfere."""

    def __init__(self) -> None:
        self.counts: dict[Place, Counter[str]] = {}
        self.seen: set[str] = set()
        self.calls: list[list[str]] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self.is_contended: Callable[[], bool] = lambda: False

    def add(self, tallies: Sequence[Tally]) -> frozenset[str] | None:
        self.calls.append([tally.event for tally in tallies])
        self.before()
        if self.is_contended():
            return frozenset()
        if again := frozenset(tally.event for tally in tallies) & self.seen:
            return again
        for tally in tallies:
            self._count(tally)
        self.after()
        return None

    def read(self, survey: str) -> Funnel:
        rows = {row: dict(counts) for row, counts in self.counts.items() if row.survey == survey}
        return Funnel({row: counts for row, counts in rows.items() if isinstance(row, Row)})

    def days(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        return {
            row.day: dict(counts)
            for row, counts in self.counts.items()
            if isinstance(row, MailDay) and row.survey == survey and first <= row.day < end and any(counts.values())
        }

    def _count(self, tally: Tally) -> None:
        self.seen.add(tally.event)
        for (row, stage), change in tally.moves.items():
            self.counts.setdefault(row, Counter())[stage] += change
