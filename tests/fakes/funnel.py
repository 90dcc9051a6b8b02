"""An in-memory funnel; the contract suite in tests/integration/adapters keeps it honest."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from earshot.domain.funnel import Funnel
from earshot.domain.invitation_cohorts import Cohort, Count, columns, funnel_of
from earshot.ports.funnel import Tally


class InMemoryFunnels:
    """Funnels in dictionaries; `before` and `after` each call a test may interfere."""

    def __init__(self) -> None:
        self.counts: dict[Cohort, Counter[Count]] = {}
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
        return funnel_of(survey, (counts for cohort, counts in self.counts.items() if cohort.survey == survey))

    def days(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        found = {cohort: columns(counts) for cohort, counts in self.counts.items() if cohort.survey == survey}
        return {
            cohort.day: numbers
            for cohort, numbers in found.items()
            if cohort.day is not None and first <= cohort.day < end and any(numbers.values())
        }

    def _count(self, tally: Tally) -> None:
        self.seen.add(tally.event)
        for (cohort, count), change in tally.moves.items():
            self.counts.setdefault(cohort, Counter())[count] += change
