"""Strongly consistent reads of a survey's responses, a page of at most 1 MB of the table at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.domain import ids
from earshot.domain.iso_time import EPOCH, instant
from earshot.domain.response import Response
from earshot.domain.survey import Survey
from earshot_cli.errors import CommandError
from earshot_cli.ops.replay_options import Cursor

DAY = timedelta(days=1)
READ_ERRORS = (ArithmeticError, AttributeError, KeyError, TypeError, ValueError)
TYPE = {"#type": "type"}
RESPONSE = {":response": {"S": "response"}}


@dataclass(frozen=True)
class Selection:
    """Which responses: by when their last statement was received (Unix milliseconds, half-open), and by score."""

    since: int = 0
    until: int | None = None
    detractors_only: bool = False


class Page(NamedTuple):
    """The responses of one read in their order, and how many items could not be read."""

    responses: list[Response]
    unreadable: int


class Partition(NamedTuple):
    """A partition of responses, in the order in which a scan reads them."""

    survey: str
    shard: int


def query(client: Any, table: str, pk: str, low: str, high: str, **more: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the pages of a partition between two sort keys, both included; BusyError if the table is busy."""
    values = {":pk": {"S": pk}, ":low": {"S": low}, ":high": {"S": high}} | more.pop("ExpressionAttributeValues", {})
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
        ExpressionAttributeValues=values,
        ConsistentRead=True,
        **more,
    )
    with translated("the table"):
        yield from pages


class ResponseScan:
    """Reads responses that were not imported silently, in the order of their keys."""

    def __init__(self, client: Any, table: str, selection: Selection) -> None:
        self._client = client
        self._table = table
        self._filter = _filter(selection)

    def counts(self, surveys: Iterable[str], after: Cursor | None = None) -> Iterator[int]:
        """Count the selected responses; yields how many so far."""
        total = 0
        for partition, start in _partitions(surveys, after):
            for page in self._pages(partition, start, Select="COUNT"):
                total += page["Count"]
                yield total

    def pages(self, surveys: Iterable[str], after: Cursor | None = None) -> Iterator[Page]:
        """Read the selected responses in the order of `Cursor`, beginning after one."""
        for partition, start in _partitions(surveys, after):
            for page in self._pages(partition, start):
                yield _read(page["Items"])

    def _pages(self, partition: Partition, start: str | None, **more: Any) -> Iterator[Mapping[str, Any]]:
        pk = table_keys.responses(*partition)
        key = {"ExclusiveStartKey": {"pk": {"S": pk}, "sk": {"S": start}}} if start else {}
        return query(self._client, self._table, pk, "0", "~", **self._filter, **key, **more)


class ResponsesByDay:
    """Reads a survey's responses by the day they count in; their ids hold the time, to five minutes."""

    def __init__(self, client: Any, table: str, survey: Survey) -> None:
        self._client = client
        self._table = table
        self._survey = survey

    def between(self, first: date, end: date) -> Iterator[list[Response]]:
        """Yield the responses of the days from `first` to `end` (exclusive), page by page, as they are now."""
        bounds = self._bound(first, -ids.FAR_FUTURE), self._bound(end, ids.FAR_FUTURE + 1)
        days = first.isoformat(), end.isoformat()
        for shard in range(table_keys.SHARDS):
            for page in self._pages(shard, *bounds):
                responses = map(_read_or_fail, page["Items"])
                yield [response for response in responses if days[0] <= response.day < days[1]]

    def span(self) -> tuple[date, date] | None:
        """Return the first day with a response and the day after the last; None if there are no responses."""
        ends = [self._end(shard, forward=forward) for shard in range(table_keys.SHARDS) for forward in (True, False)]
        found = [end for end in ends if end is not None]
        return (min(found) - DAY, max(found) + 2 * DAY) if found else None

    def _bound(self, day: date, offset: int) -> str:
        # Where it is still 1969 the first answers may be of that day; no id is older than its end.
        begins = instant(day.isoformat(), self._survey.zone) if day.year >= EPOCH.year else 0
        return ids.smallest(max(begins + offset, 0))

    def _end(self, shard: int, *, forward: bool) -> date | None:
        """Return the day of the first or last response of a partition."""
        for page in self._pages(shard, "0", "g", ScanIndexForward=forward, Limit=100):
            if page["Items"]:
                return date.fromisoformat(page["Items"][0]["day"]["S"])
        return None

    def _pages(self, shard: int, low: str, high: str, **more: Any) -> Iterator[Mapping[str, Any]]:
        """Read a partition between two ids; aliases are left out."""
        wanted = {"FilterExpression": "#type = :response", "ExpressionAttributeNames": TYPE}
        pk = table_keys.responses(self._survey.id, shard)
        return query(self._client, self._table, pk, low, high, ExpressionAttributeValues=RESPONSE, **wanted, **more)


def _partitions(surveys: Iterable[str], after: Cursor | None) -> Iterator[tuple[Partition, str | None]]:
    """Yield the partitions in their order, without those before a cursor; its own begins after its id."""
    for survey in sorted(surveys):
        for shard in range(table_keys.SHARDS):
            here = Partition(survey, shard)
            if after is None or here > (after.survey, after.shard):
                yield here, None
            elif here == (after.survey, after.shard):
                yield here, after.id


def _filter(selection: Selection) -> dict[str, Any]:
    emitted = "(attribute_not_exists(emit_events) OR attribute_exists(last_event))"
    conditions = ["#type = :response", emitted, "received >= :since"]
    values = RESPONSE | {":since": {"N": str(selection.since)}}
    if selection.until is not None:
        conditions.append("received < :until")
        values[":until"] = {"N": str(selection.until)}
    if selection.detractors_only:
        conditions.append("score <= :highest")
        values[":highest"] = {"N": "6"}
    return {
        "FilterExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": TYPE,
        "ExpressionAttributeValues": values,
    }


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
