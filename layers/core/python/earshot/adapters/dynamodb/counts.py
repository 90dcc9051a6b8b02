"""The counts in DynamoDB: a series is one partition, a day is one small item."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.plain_items import read_plainly
from earshot.adapters.dynamodb.table import Item, Query, TableAdapter
from earshot.domain.counting import QUALITY_FLAGS, candidate_of
from earshot.domain.response import ALL
from earshot.domain.score import SCORES, Histogram
from earshot.domain.segment_values import OTHER

# No day lies before or after these.
FIRST, LAST = "0", "9999"

_COLUMNS = tuple(f"h{score}" for score in SCORES)


class DynamoDBCounts(TableAdapter):
    """The `Counts` port over the table; eventually consistent, which costs half and lags by milliseconds."""

    def __init__(self, client: Any, table: str) -> None:
        read_plainly(client)
        super().__init__(client, table)

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        """Return the histogram of each day from `first` (inclusive) to `end` (exclusive) that has one."""
        return self._histograms(survey, series, first, end)

    def superseded(self, survey: str, series: str, first: str, end: str) -> dict[tuple[str, str], Histogram]:
        """Return the histograms of superseded responses by (own day, day of the next response)."""
        found = self._histograms(survey, series, table_keys.SUPERSEDED + first, table_keys.SUPERSEDED + end)
        return {table_keys.days_of_superseded(name): histogram for name, histogram in found.items()}

    def quality_flags(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Return the quality counts of each day, see `Counts.quality_flags`."""
        found = {item["sk"]["S"]: _quality_flags(item) for item in self._items(survey, ALL, first, end)}
        return {day: flags for day, flags in found.items() if any(flags.values())}

    def candidates(self, survey: str, segment: str) -> Mapping[int, int]:
        """Return how many counted responses each candidate of a segment has, by its number."""
        found: Counter[int] = Counter()
        for item in self._items(survey, f"{segment}={OTHER}", FIRST, LAST):
            found += Counter({number: int(item[name]["N"]) for name in item if (number := candidate_of(name))})
        return found

    def _histograms(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        found = {item["sk"]["S"]: _histogram(item) for item in self._items(survey, series, first, end)}
        return {name: histogram for name, histogram in found.items() if histogram.responses}

    def _items(self, survey: str, series: str, first: str, end: str) -> Iterator[Item]:
        """Return the count items from `first` (inclusive) to `end` (exclusive), as DynamoDB wrote them."""
        items = self._table.query_raw(Query(partition=table_keys.counts(survey, series), low=first, high=end))
        return (item for item in items if item["sk"]["S"] != end)


def _quality_flags(item: Item) -> dict[str, int]:
    return {flag: int(item[flag]["N"]) for flag in QUALITY_FLAGS if flag in item}


def _histogram(item: Item) -> Histogram:
    return Histogram(tuple([int(item[name]["N"]) if name in item else 0 for name in _COLUMNS]))
