"""The counts in DynamoDB: a series is one partition, a day is one small item."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.plain_items import read_plainly
from earshot.domain.counting import QUALITY_FLAGS, candidate_of
from earshot.domain.response import ALL
from earshot.domain.score import SCORES, Histogram
from earshot.domain.segment_values import OTHER

# No day lies before or after these.
FIRST, LAST = "0", "9999"

_COLUMNS = tuple(f"h{score}" for score in SCORES)


class DynamoDBCounts:
    """The `Counts` port over the table; eventually consistent, as it costs half and lags by milliseconds."""

    def __init__(self, client: Any, table: str) -> None:
        read_plainly(client)
        self._client = client
        self._table = table

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        """Return the histogram of each day from `first` (inclusive) to `end` (exclusive) that has one."""
        return self._histograms(survey, series, first, end)

    def superseded(self, survey: str, series: str, first: str, end: str) -> dict[tuple[str, str], Histogram]:
        """Return the histograms of superseded responses by (own day, day of the next response)."""
        found = self._histograms(survey, series, table_keys.SUPERSEDED + first, table_keys.SUPERSEDED + end)
        return {table_keys.days_of_superseded(name): histogram for name, histogram in found.items()}

    def quality_flags(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Return the quality counts of each day, see `Counts.marks`."""
        found = {item["sk"]["S"]: _marks(item) for item in self._items(survey, ALL, first, end)}
        return {day: marks for day, marks in found.items() if any(marks.values())}

    def candidates(self, survey: str, segment: str) -> Mapping[int, int]:
        """Return how many counted responses each candidate of a segment has, by its number."""
        found: Counter[int] = Counter()
        for item in self._items(survey, f"{segment}={OTHER}", FIRST, LAST):
            found += Counter({number: int(item[name]["N"]) for name in item if (number := candidate_of(name))})
        return found

    def _histograms(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        found = {item["sk"]["S"]: _histogram(item) for item in self._items(survey, series, first, end)}
        return {name: histogram for name, histogram in found.items() if histogram.responses}

    def _items(self, survey: str, series: str, first: str, end: str) -> Iterator[dict[str, Any]]:
        """Return the count items from `first` (inclusive) to `end` (exclusive)."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :end",
            ExpressionAttributeValues={
                ":pk": {"S": table_keys.counts(survey, series)},
                ":first": {"S": first},
                ":end": {"S": end},
            },
        )
        with translated("the table"):
            yield from (item for page in pages for item in page["Items"] if item["sk"]["S"] != end)


def _marks(item: dict[str, Any]) -> dict[str, int]:
    return {mark: int(item[mark]["N"]) for mark in QUALITY_FLAGS if mark in item}


def _histogram(item: dict[str, Any]) -> Histogram:
    return Histogram(tuple([int(item[name]["N"]) if name in item else 0 for name in _COLUMNS]))
