"""A survey's counts set to a recount of its responses, some days at a time, while answers keep arriving."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from earshot.domain.survey import Survey
from earshot_cli.ops.count_drift import Damage, Place, Range, Reading, Seen, ranges
from earshot_cli.ops.count_items import Counted, CountItems, counted_in, known_series, own_day, share_of, told_of
from earshot_cli.ops.response_scan import ResponsesByDay

if TYPE_CHECKING:
    from earshot_cli.ops.count_drift import Share

# As many days as are compared at once: the more, the fewer queries; the fewer, the less memory.
CHUNK = 31
ATTEMPTS = 20


class Difference(NamedTuple):
    """A number that was not what a recount gives."""

    place: Place
    attribute: str
    counted: int
    recounted: int


class Rebuild:
    """One rebuild: what it recounted, what it found, and which places it could not make sure of."""

    def __init__(
        self,
        survey: Survey,
        responses: ResponsesByDay,
        counts: CountItems,
        pause: Callable[[int], None],
        mark: str | None,
    ) -> None:
        """Without a `mark`, which is written beside each count that is mended, nothing is written."""
        self.survey = survey.id
        self.responses = 0
        self.days: set[str] = set()
        self.restless: list[Place] = []
        self._survey = survey
        self._responses = responses
        self._counts = counts
        self._pause = pause
        self._mark = mark

    def span(self, asked: tuple[date, date] | None = None) -> tuple[date, date] | None:
        """Give the days that hold responses or counts, of those asked for, the last exclusive; None if there are none.

        However many days are asked for, only those in between are read.
        """
        days = [date.fromisoformat(day) for day in self._counts.days(known_series(self._survey))]
        if found := self._responses.span():
            days += [found[0], found[1] - timedelta(days=1)]
        if not days:
            return None
        first, end = min(days), max(days) + timedelta(days=1)
        if asked is not None:
            first, end = max(first, asked[0]), min(end, asked[1])
        return (first, end) if first < end else None

    def run(self, first: date, end: date, progress: Callable[[date, int], None]) -> Iterator[Difference]:
        """Compare and mend the days from `first` to `end` (exclusive); yields what differed once it is mended.

        `progress` hears the day up to which it came, and how many responses were recounted.
        """
        start = first
        while start < end:
            stop = min(start + timedelta(days=CHUNK), end)
            differing = self._differing(start, stop, progress)
            for day in sorted({own_day(place.sk) for place in differing}):
                yield from self._mend(date.fromisoformat(day), [one for one in differing if own_day(one.sk) == day])
            progress(stop, self.responses)
            start = stop

    def _differing(self, first: date, end: date, progress: Callable[[date, int], None]) -> list[Place]:
        """Find the places that seem to differ: answers that came in between do too, and are looked at again."""
        recounted: defaultdict[Place, Counter[str]] = defaultdict(Counter)
        series = known_series(self._survey)
        for page in self._responses.between(first, end):
            self.responses += sum(response.counts for response in page)
            for response in page:
                series |= set(response.counted_series)
                for (place, name), count in share_of(response).items():
                    recounted[place][name] += count
            progress(first, self.responses)
        counted = dict(self._counts.between(series, first, end))
        self.days |= {own_day(place.sk) for place in recounted}
        return sorted(
            place for place in counted.keys() | recounted.keys() if counted.get(place, {}) != recounted[place]
        )

    def _mend(self, day: date, places: list[Place]) -> Iterator[Difference]:
        """Look at some places of a day until it is certain what each lacks, and add that."""
        known = {place: Damage() for place in places}
        for attempt in range(ATTEMPTS):
            yield from self._look(day, known)
            if not known:
                return
            self._pause(attempt)
        self.restless += known

    def _look(self, day: date, known: dict[Place, Damage]) -> Iterator[Difference]:
        before = self._reading(day)
        items = self._counts.read(known)
        spans = ranges(before, self._reading(day))
        if spans is None:
            return
        for place, expected in _by_place(spans, known).items():
            counted, told = counted_in(items.get(place, {})), told_of(items.get(place))
            damage = known[place]
            damage.learn(expected, counted, told)
            if damage.is_absurd:
                known[place] = Damage()
            elif damage.is_settled and self._is_mended(place, damage):
                del known[place]
                yield from _differences(place, damage, counted)

    def _is_mended(self, place: Place, damage: Damage) -> bool:
        lacking = dict(damage.amounts())
        return not lacking or self._mark is None or self._counts.add(place, lacking, damage.told, self._mark)

    def _reading(self, day: date) -> Reading:
        """Read a day's responses; those that count alike share what is kept of that."""
        shares: dict[frozenset[tuple[tuple[Place, str], int]], Share] = {}
        reading = {}
        for page in self._responses.between(day, day + timedelta(days=1)):
            for response in page:
                share = share_of(response)
                reading[response.id] = Seen(response.revision, shares.setdefault(frozenset(share.items()), share))
        return reading


def _by_place(spans: Mapping[tuple[Place, str], Range], places: Iterable[Place]) -> dict[Place, dict[str, Range]]:
    found: dict[Place, dict[str, Range]] = {place: {} for place in places}
    for (place, name), span in spans.items():
        if place in found:
            found[place][name] = span
    return found


def _differences(place: Place, damage: Damage, counted: Counted) -> Iterator[Difference]:
    for name, amount in damage.amounts():
        yield Difference(place, name, counted.get(name, 0), counted.get(name, 0) + amount)
