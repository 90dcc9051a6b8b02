"""In-memory ports; the contract suite in tests/integration/adapters keeps them honest."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.domain.keys import ApiKey
from earshot.domain.response import Alias, Response, difference
from earshot.domain.score import Histogram
from earshot.domain.submission import Submission
from earshot.domain.survey import VALUES_PER_SEGMENT, Survey
from earshot.ports import Change, InvalidChunkError, Refusal, ResponseQuery, Verdict


class CrashError(Exception):
    """The function died here."""


class InMemoryLedger:
    """Responses and counts in dictionaries; `before` and `after` each commit a test may interfere."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Response | Alias] = {}
        self.sums: dict[tuple[str, str, str], list[int]] = {}
        self.pointers: set[tuple[str, str, int, str]] = set()
        self.history: list[tuple[Response | None, Response]] = []
        self.commits: list[list[Change]] = []
        self.before: Callable[[Sequence[Change]], list[Refusal] | None] = lambda _: None
        self.after: Callable[[Sequence[Change]], None] = lambda _: None

    def commit(self, changes: Sequence[Change]) -> list[Refusal] | None:
        self.commits.append(list(changes))
        if refusals := self.before(changes):
            return refusals
        if any("\ud800" in (change.new.comment or "") for change in changes):
            raise InvalidChunkError("half a character")
        refusals = [self._check(change) for change in changes]
        if any(refusal.verdict is Verdict.STALE for refusal in refusals):
            return refusals
        for change in changes:
            self._apply(change)
        self.after(changes)
        return None

    def find(self, survey: str, response_id: str) -> Response | None:
        found = self.items.get((survey, response_id))
        if isinstance(found, Alias):
            found = self.items.get((survey, found.target))
        return found if isinstance(found, Response) else None

    def page(self, survey: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        rows = [item for (owner, _), item in self.items.items() if owner == survey and isinstance(item, Response)]
        rows = sorted((row for row in rows if _matches(row, query)), key=lambda row: row.id, reverse=True)
        more = rows[query.limit - 1].id if len(rows) > query.limit else None
        return rows[: query.limit], more

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        return {
            day: Histogram(tuple(counts))
            for (owner, name, day), counts in self.sums.items()
            if owner == survey and name == series and first <= day < end and any(counts)
        }

    def recount(self) -> dict[tuple[str, str, str], list[int]]:
        """Count the stored responses anew, the slow and certain way."""
        sums: dict[tuple[str, str, str], list[int]] = {}
        for item in self.items.values():
            if isinstance(item, Response) and item.counts and item.score is not None:
                for series in ("all", *item.series):
                    sums.setdefault((item.survey, series, item.day), [0] * 11)[item.score] += 1
        return sums

    def counted(self) -> dict[tuple[str, str, str], list[int]]:
        return {key: counts for key, counts in self.sums.items() if any(counts)}

    def _check(self, change: Change) -> Refusal:
        found = self.items.get((change.new.survey, change.new.id))
        stale = found is not None if change.old is None else not _is_revision(found, change.old.revision)
        if stale:
            return Refusal(Verdict.STALE, found)
        if change.alias and (known := self.items.get((change.new.survey, change.alias.sent_id))):
            return Refusal(Verdict.STALE, known)
        return Refusal(Verdict.UNHARMED)

    def _apply(self, change: Change) -> None:
        new, old = change.new, change.old
        self.items[new.survey, new.id] = new
        if change.alias:
            self.items[new.survey, change.alias.sent_id] = change.alias
        if old and old.person:
            self.pointers.discard((old.person, old.survey, old.answered, old.id))
        if new.person:
            self.pointers.add((new.person, new.survey, new.answered, new.id))
        for (series, day), scores in difference(old, new).items():
            counts = self.sums.setdefault((new.survey, series, day), [0] * 11)
            for score, count in scores.items():
                counts[score] += count
        self.history.append((old, new))


class InMemorySurveys:
    """Surveys in a dictionary."""

    def __init__(self, *surveys: Survey) -> None:
        self.surveys = {survey.id: survey for survey in surveys}

    def get(self, survey_id: str) -> Survey | None:
        return self.surveys.get(survey_id)

    def list(self) -> list[Survey]:
        return [replace(self.surveys[name], values={}) for name in sorted(self.surveys)]

    def is_open(self, survey_id: str) -> bool | None:
        return self.surveys[survey_id].is_open if survey_id in self.surveys else None

    def put(self, survey: Survey, replaces: Survey | None) -> bool:
        known = self.surveys.get(survey.id)
        if (known.revision if known else None) != (replaces.revision if replaces else None):
            return False
        self.surveys[survey.id] = replace(survey, values=known.values if known else {})
        return True

    def fix_zone(self, survey_id: str) -> Survey:
        return self._revise(survey_id, zone_is_fixed=True)

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        if self.surveys[survey_id].revision != revision:
            return False
        left = tuple(name for name in self.surveys[survey_id].incomplete if name not in segments)
        self._revise(survey_id, incomplete=left)
        return True

    def add_value(self, survey_id: str, segment: str, value: str) -> bool:
        survey = self.surveys[survey_id]
        if survey.knows(segment, value):
            return True
        if len(survey.values.get(segment, ())) >= VALUES_PER_SEGMENT:
            return False
        self.surveys[survey_id] = survey.with_value(segment, value)
        return True

    def _revise(self, survey_id: str, **changes: Any) -> Survey:
        old = self.surveys[survey_id]
        new = replace(old, **changes)
        if new != old:
            new = replace(new, revision=old.revision + 1)
        self.surveys[survey_id] = new
        return new


class InMemoryQueue:
    """A queue that keeps what was sent, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, int]] = []

    def send(self, items: Iterable[Submission] | Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        self.sent += [(item, delay) for item in items]

    def take(self) -> list[Any]:
        """Give what was sent, and forget it."""
        taken = [item for item, _ in self.sent]
        self.sent = []
        return taken


class InMemoryScores:
    """Scores in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        return {name: self.kept[survey, name][0] for name in series if (survey, name) in self.kept}

    def put(self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any]) -> None:
        if self.kept.get((survey, series), (-1, {}))[0] < computed_at:
            self.kept[survey, series] = (computed_at, windows)


class InMemoryKeys:
    """Keys in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, ApiKey] = {}

    def get(self, key_id: str) -> ApiKey | None:
        return self.kept.get(key_id)

    def list(self) -> list[ApiKey]:
        return [self.kept[name] for name in sorted(self.kept)]

    def put(self, key: ApiKey) -> None:
        self.kept[key.id] = key

    def revoke(self, key_id: str, time: str) -> bool:
        if key_id not in self.kept:
            return False
        key = self.kept[key_id]
        self.kept[key_id] = replace(key, revoked=key.revoked or time)
        return True


class InMemoryCrm:
    """A CRM that keeps what it was told, or is away."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.is_away = False

    def deliver(self, key: str, payload: Mapping[str, Any]) -> None:
        if self.is_away:
            raise BusyError("the CRM is away")
        self.told.append((key, payload))


class InMemoryBus:
    """A bus that keeps what it was given; a test may make it refuse or lose some."""

    def __init__(self) -> None:
        self.announced: list[Event] = []
        self.put_once: Callable[[Sequence[Event]], list[Event]] = self._take

    def put(self, events: Sequence[Event]) -> list[Event]:
        return self.put_once(events)

    def _take(self, events: Sequence[Event]) -> list[Event]:
        self.announced += events
        return []


def no_pause(_: int) -> None:
    """Wait for nothing."""


def _is_revision(found: Response | Alias | None, revision: int) -> bool:
    return isinstance(found, Response) and found.revision == revision


def _matches(row: Response, query: ResponseQuery) -> bool:
    if row.score is None or (query.below is not None and row.id >= query.below):
        return False
    if query.segment and row.properties.get(query.segment[0]) != query.segment[1]:
        return False
    low, high = query.min_score or 0, 10 if query.max_score is None else query.max_score
    in_days = (query.first_day or "") <= row.day and (query.end_day is None or row.day < query.end_day)
    return low <= row.score <= high and in_days
