"""Strongly consistent reads of a survey's responses, some at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.table import Query, Table, unmarshalled
from earshot.domain import ids
from earshot.domain.iso_time import EPOCH, instant
from earshot.domain.response import Response
from earshot.domain.survey import Survey
from earshot_cli.errors import CommandError
from earshot_cli.ops.replay_options import Cursor

DAY = timedelta(days=1)
READ_ERRORS = (ArithmeticError, AttributeError, KeyError, TypeError, ValueError)
# How many responses are held in memory at once.
PAGE = 1000


@dataclass(frozen=True)
class Selection:
    """Which responses: by when their last statement was received (Unix milliseconds, half-open), and by score."""

    since: int = 0
    until: int | None = None
    detractors_only: bool = False


class Page(NamedTuple):
    """Some responses in their order, and how many items could not be read."""

    responses: list[Response]
    unreadable: int


class ResponseScan:
    """Reads responses that were not imported silently, in the order of their keys."""

    def __init__(self, client: Any, table: str, selection: Selection) -> None:
        self._table = Table(client, table)
        self._filter = _filter(selection)

    def counts(self, surveys: Iterable[str], after: Cursor | None = None) -> Iterator[int]:
        """Count the selected responses; yields how many so far."""
        total = 0
        for query in self._queries(surveys, after):
            behind, is_first = None, True
            while behind or is_first:
                number, behind = self._table.count(query, behind)
                total, is_first = total + number, False
                yield total

    def pages(self, surveys: Iterable[str], after: Cursor | None = None) -> Iterator[Page]:
        """Read the selected responses in the order of `Cursor`, beginning after one."""
        for query in self._queries(surveys, after):
            yield from map(_read, _pages(self._table, query))

    def _queries(self, surveys: Iterable[str], after: Cursor | None) -> Iterator[Query]:
        """Yield a query of each partition in their order, without those before a cursor."""
        for survey in sorted(surveys):
            for shard in range(table_keys.SHARDS):
                reached = (after.survey, after.shard) if after else ("", 0)
                if (survey, shard) >= reached:
                    start = after.id if after and (survey, shard) == reached else None
                    yield replace(self._filter, partition=table_keys.responses(survey, shard), after=start)


class ResponsesByDay:
    """Reads a survey's responses by the day they count in; their ids hold the time, to five minutes."""

    def __init__(self, client: Any, table: str, survey: Survey) -> None:
        self._table = Table(client, table)
        self._survey = survey

    def between(self, first: date, end: date) -> Iterator[list[Response]]:
        """Yield the responses of the days from `first` to `end` (exclusive), some at a time, as they are now."""
        low, high = self._bound(first, -ids.FAR_FUTURE), self._bound(end, ids.FAR_FUTURE + 1)
        days = first.isoformat(), end.isoformat()
        for shard in range(table_keys.SHARDS):
            for items in _pages(self._table, self._query(shard, low=low, high=high)):
                yield [response for response in map(_read_or_fail, items) if days[0] <= response.day < days[1]]

    def span(self) -> tuple[date, date] | None:
        """Return the first day with a response and the day after the last; None if there are no responses."""
        ends = [
            self._query(shard, backwards=backwards, limit=100)
            for shard in range(table_keys.SHARDS)
            for backwards in (False, True)
        ]
        items = [item for query in ends if (item := next(self._table.query(query), None))]
        days = [date.fromisoformat(item["day"]) for item in items]
        return (min(days) - DAY, max(days) + 2 * DAY) if days else None

    def _bound(self, day: date, offset: int) -> str:
        # Where it is still 1969 the first answers may be of that day; no id is older than its end.
        begins = instant(day.isoformat(), self._survey.zone) if day.year >= EPOCH.year else 0
        return ids.smallest(max(begins + offset, 0))

    def _query(self, shard: int, **more: Any) -> Query:
        """Return the query of a partition; aliases are left out."""
        partition, values = table_keys.responses(self._survey.id, shard), {"response": "response"}
        return Query(partition=partition, consistent=True, holds="#type = :response", values=values, **more)


def _filter(selection: Selection) -> Query:
    emitted = "(attribute_not_exists(emit_events) OR attribute_exists(last_event))"
    conditions = ["#type = :response", emitted, "received_at >= :since"]
    values: dict[str, Any] = {"response": "response", "since": selection.since}
    if selection.until is not None:
        conditions.append("received_at < :until")
        values["until"] = selection.until
    if selection.detractors_only:
        conditions.append("score <= :highest")
        values["highest"] = 6
    return Query(partition="", consistent=True, holds=" AND ".join(conditions), values=values)


def _pages(table: Table, query: Query) -> Iterator[list[Mapping[str, Any]]]:
    items = table.query_raw(query)
    while some := list(islice(items, PAGE)):
        yield some


def _read(items: Iterable[Mapping[str, Any]]) -> Page:
    responses, unreadable = [], 0
    for item in items:
        try:
            responses.append(read_response(unmarshalled(item)))
        except READ_ERRORS:
            unreadable += 1
    return Page(responses, unreadable)


def _read_or_fail(item: Mapping[str, Any]) -> Response:
    try:
        return read_response(unmarshalled(item))
    except READ_ERRORS as error:
        place = f"{item['pk']['S']} / {item['sk']['S']}"
        raise CommandError(f"The item {place} cannot be read as a response: fix it, then count again.") from error
