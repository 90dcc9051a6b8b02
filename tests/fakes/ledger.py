"""Responses and their counts in memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from earshot.domain import ids
from earshot.domain.counting import (
    candidate_of,
    difference,
    listed,
    listed_difference,
    quality_flags_difference,
    quality_flags_of,
)
from earshot.domain.imports import Import
from earshot.domain.response import Alias, Key, Response
from earshot.domain.score import Histogram
from earshot.domain.segment_values import OTHER
from earshot.domain.statement import Statement
from earshot.ports.ledger import Change, InvalidChunkError, Refusal, Verdict, import_sums, own_of
from earshot.ports.responses import ResponseQuery


def _owners(response: Response | None) -> list[str]:
    """Return the owners that point to a response: its person, and the mailbox of an unverified address."""
    if response is None:
        return []
    owners = [response.person, f"mailbox {response.statement.email_hash}" if response.statement.email_hash else None]
    return [owner for owner in owners if owner]


class InMemoryLedger:
    """Responses and counts in dictionaries; `before` and `after` each commit, and `reading`, a test may interfere."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Response | Alias] = {}
        self.sums: dict[tuple[str, str, str], list[int]] = {}
        self.cells: dict[tuple[str, str, str, str], list[int]] = {}
        self.noted: Counter[tuple[str, str, str]] = Counter()
        self.listed: Counter[tuple[str, str, str]] = Counter()
        self.imports: dict[tuple[str, str], Import] = {}
        self.pointers: set[tuple[str, str, int, str]] = set()
        self.history: list[tuple[Response | None, Response]] = []
        self.commits: list[list[Change]] = []
        self.before: Callable[[Sequence[Change]], list[Refusal] | None] = lambda _: None
        self.after: Callable[[Sequence[Change]], None] = lambda _: None
        self.reading: Callable[[], None] = lambda: None

    def commit(self, changes: Sequence[Change]) -> list[Refusal] | None:
        self.commits.append(list(changes))
        if refusals := self.before(changes):
            return refusals
        if any("\ud800" in (change.new.statement.comment or "") for change in changes):
            raise InvalidChunkError("half a character")
        refusals = [self._check(change) for change in changes]
        if any(refusal.verdict is Verdict.STALE for refusal in refusals):
            return refusals
        undone = [key for key in map(own_of, changes) if key and self._records_nothing(key)]
        if undone:
            return [Refusal(Verdict.UNDONE if own_of(change) in undone else Verdict.UNHARMED) for change in changes]
        for change in changes:
            self._apply(change)
        for key, sums in import_sums(changes).items():
            old = self.imports[key]
            self.imports[key] = replace(old, **{name: getattr(old, name) + number for name, number in sums.items()})
        self.after(changes)
        return None

    def find(self, survey: str, response_id: str) -> Response | None:
        found = self.items.get((survey, response_id))
        if isinstance(found, Alias):
            found = self.items.get((survey, found.target))
        return found if isinstance(found, Response) else None

    def find_many(self, wanted: Iterable[Key], *, surely: bool = True) -> Mapping[Key, Response]:  # noqa: ARG002
        self.reading()
        found = {key: self.find(*key) for key in wanted}
        return {key: response for key, response in found.items() if response is not None}

    def page(self, survey: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        rows = [item for (owner, _), item in self.items.items() if owner == survey and isinstance(item, Response)]
        matching = (row for row in rows if _matches(row, query))
        rows = sorted(matching, key=lambda row: row.id, reverse=not query.is_oldest_first)
        more = rows[query.limit - 1].id if len(rows) > query.limit else None
        return rows[: query.limit], more

    def count(self, survey: str, query: ResponseQuery, has_time: Callable[[], bool]) -> int | None:
        if not has_time():
            return None
        rows = [item for (owner, _), item in self.items.items() if owner == survey and isinstance(item, Response)]
        return sum(_matches(row, query) for row in rows)

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        return {
            day: Histogram(tuple(counts))
            for (owner, name, day), counts in self.sums.items()
            if owner == survey and name == series and first <= day < end and any(counts)
        }

    def superseded(self, survey: str, series: str, first: str, end: str) -> dict[tuple[str, str], Histogram]:
        return {
            (day, later): Histogram(tuple(counts))
            for (owner, name, day, later), counts in self.cells.items()
            if owner == survey and name == series and first <= later < end and any(counts)
        }

    def quality_flags(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for (owner, day, flag), count in self.noted.items():
            if owner == survey and first <= day < end and count:
                found.setdefault(day, {})[flag] = count
        return dict(found)

    def candidates(self, survey: str, segment: str) -> Mapping[int, int]:
        found = {name: count for (owner, series, name), count in self.listed.items() if owner == survey and count
                 and series == f"{segment}={OTHER}"}  # fmt: skip
        return {number: count for name, count in found.items() if (number := candidate_of(name)) is not None}

    def recount_listed(self) -> Mapping[tuple[str, str, str], int]:
        """Count the responses of each candidate once more from the stored responses."""
        kept = [item for item in self.items.values() if isinstance(item, Response)]
        return Counter((item.survey, cell.series, name) for item in kept for cell, name in listed(item).items())

    def recount_flags(self) -> Mapping[tuple[str, str, str], int]:
        """Count the quality flags of the stored responses again."""
        kept = [item for item in self.items.values() if isinstance(item, Response)]
        return Counter((item.survey, item.day, flag) for item in kept for flag in quality_flags_of(item))

    def recount(self) -> dict[tuple[str, ...], list[int]]:
        """Count the stored responses again, the slow and certain way; those that were superseded once more."""
        sums: dict[tuple[str, ...], list[int]] = {}
        for item in self.items.values():
            if isinstance(item, Response) and item.counts and item.score is not None:
                for series in ("all", *item.series):
                    sums.setdefault((item.survey, series, item.day), [0] * 11)[item.score] += 1
                    if item.superseded_on:
                        key = (item.survey, series, item.day, item.superseded_on)
                        sums.setdefault(key, [0] * 11)[item.score] += 1
        return sums

    def counted(self) -> dict[tuple[str, ...], list[int]]:
        everything: list[tuple[tuple[str, ...], list[int]]] = [*self.sums.items(), *self.cells.items()]
        return {key: counts for key, counts in everything if any(counts)}

    def _check(self, change: Change) -> Refusal:
        found = self.items.get((change.new.survey, change.new.id))
        stale = found is not None if change.old is None else not _is_revision(found, change.old.revision)
        if stale:
            return Refusal(Verdict.STALE, found)
        if change.alias and (known := self.items.get((change.new.survey, change.alias.sent_id))):
            return Refusal(Verdict.STALE, known)
        return Refusal(Verdict.UNHARMED)

    def _records_nothing(self, key: tuple[str, str]) -> bool:
        found = self.imports.get(key)
        return found is None or found.undone_at is not None

    def _apply(self, change: Change) -> None:
        new, old = change.new, change.old
        self.items[new.survey, new.id] = new
        if change.alias:
            self.items[new.survey, change.alias.sent_id] = change.alias
        for owner in _owners(old):
            self.pointers.discard((owner, new.survey, old.responded_at if old else 0, new.id))
        for owner in _owners(new):
            self.pointers.add((owner, new.survey, new.responded_at, new.id))
        for (series, day, later), scores in difference(old, new).items():
            if later is None:
                counts = self.sums.setdefault((new.survey, series, day), [0] * 11)
            else:
                counts = self.cells.setdefault((new.survey, series, day, later), [0] * 11)
            for score, count in scores.items():
                counts[score] += count
        moved = [(cell, named) for cell, added in listed_difference(old, new).items() for named in added.items()]
        self.listed.update({(new.survey, cell.series, name): count for cell, (name, count) in moved})
        for flag, count in quality_flags_difference(old, new).items():
            self.noted[new.survey, new.day, flag] += count
        self.history.append((old, new))


def _is_revision(found: Response | Alias | None, revision: int) -> bool:
    return isinstance(found, Response) and found.revision == revision


def _is_between(response_id: str, query: ResponseQuery) -> bool:
    is_old = query.oldest is not None and response_id < ids.smallest(query.oldest)
    if query.below is None:
        return not is_old
    return not is_old and (response_id > query.below if query.is_oldest_first else response_id < query.below)


def _matches(row: Response, query: ResponseQuery) -> bool:
    if row.score is None or not _is_between(row.id, query):
        return False
    if query.excluded is not None and row.statement.excluded != query.excluded:
        return False
    if query.segment and row.statement.properties.get(query.segment[0]) != query.segment[1]:
        return False
    if query.has_comment is not None and (row.statement.comment is not None) != query.has_comment:
        return False
    if query.person not in (None, row.person) or query.import_id not in (None, row.import_id):
        return False
    low, high = query.min_score or 0, 10 if query.max_score is None else query.max_score
    in_days = (query.first_day or "") <= row.day and (query.end_day is None or row.day < query.end_day)
    return low <= row.score <= high and in_days


class InMemoryRecordedResponses:
    """What a page may see of the responses of a ledger."""

    def __init__(self, ledger: InMemoryLedger) -> None:
        self._ledger = ledger

    def find(self, survey: str, response_id: str) -> Statement | None:
        found = self._ledger.find(survey, response_id)
        return found.statement if found is not None else None
