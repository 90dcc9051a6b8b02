"""A walk through the responses of the table in the order of their keys, page by page, so that no survey is too long."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import read_response
from earshot.domain.response import Response
from earshot_cli.ops.replay_options import Position

READABLE = (ArithmeticError, AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Wanted:
    """Which responses: by when their last statement was received (Unix milliseconds, half-open), and their score."""

    since: int = 0
    until: int | None = None
    detractors_only: bool = False


class Page(NamedTuple):
    """What one read gave: responses in their order, where it ended, and how many items could not be read."""

    responses: list[Response]
    reached: Position | None
    unreadable: int


class ResponseWalk:
    """Reads what was not imported quietly, strongly consistent; a page is at most 1 MB of the table."""

    def __init__(self, client: Any, table: str, wanted: Wanted) -> None:
        self._client = client
        self._table = table
        self._wanted = wanted

    def counts(self, surveys: Iterable[str], after: Position | None = None) -> Iterator[int]:
        """Count the responses that are wanted; yields how many so far."""
        total = 0
        for partition, start in _partitions(surveys, after):
            for answer in self._pages(partition, start, Select="COUNT"):
                total += answer["Count"]
                yield total

    def pages(self, surveys: Iterable[str], after: Position | None = None) -> Iterator[Page]:
        """Read the responses that are wanted, in the order of `Position`, beginning after one."""
        for partition, start in _partitions(surveys, after):
            for answer in self._pages(partition, start):
                yield _page(partition, answer["Items"])

    def _pages(self, partition: "_Partition", start: str | None, **more: Any) -> Iterator[Mapping[str, Any]]:
        pk = {"S": table_keys.responses(partition.survey, partition.shard)}
        start_key = {"ExclusiveStartKey": {"pk": pk, "sk": {"S": start}}} if start else {}
        while True:
            with translated("the table"):
                answer = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk",
                    ConsistentRead=True,
                    **_filter(self._wanted, pk),
                    **start_key,
                    **more,
                )
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            start_key = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


class _Partition(NamedTuple):
    survey: str
    shard: int


def _partitions(surveys: Iterable[str], after: Position | None) -> Iterator[tuple[_Partition, str | None]]:
    """Give the partitions in their order, without those before a position; the first begins after it."""
    for survey in sorted(surveys):
        for shard in range(table_keys.SHARDS):
            here = _Partition(survey, shard)
            if after is None or here > (after.survey, after.shard):
                yield here, None
            elif here == (after.survey, after.shard):
                yield here, after.id


def _filter(wanted: Wanted, pk: Mapping[str, Any]) -> dict[str, Any]:
    told = "(attribute_not_exists(quiet) OR attribute_exists(announced))"
    conditions = ["#type = :response", told, "received >= :since"]
    values: dict[str, Any] = {":pk": pk, ":response": {"S": "response"}, ":since": {"N": str(wanted.since)}}
    if wanted.until is not None:
        conditions.append("received < :until")
        values[":until"] = {"N": str(wanted.until)}
    if wanted.detractors_only:
        conditions.append("score <= :highest")
        values[":highest"] = {"N": "6"}
    return {
        "FilterExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {"#type": "type"},
        "ExpressionAttributeValues": values,
    }


def _page(partition: _Partition, items: list[Mapping[str, Any]]) -> Page:
    responses, unreadable = [], 0
    for item in items:
        try:
            responses.append(read_response(item))
        except READABLE:
            unreadable += 1
    reached = Position(*partition, items[-1]["sk"]["S"]) if items else None
    return Page(responses, reached, unreadable)
