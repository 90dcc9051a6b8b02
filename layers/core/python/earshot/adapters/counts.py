"""The counts in DynamoDB: a series is one partition, a day is one small item."""

from typing import Any

from earshot.adapters import keys
from earshot.adapters.faults import translated
from earshot.domain.score import SCORES, Histogram


class DynamoDBCounts:
    """The `Counts` port over the table; eventually consistent, as it costs half and lags by milliseconds."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        """Give the histogram of each day from `first` (inclusive) to `end` (exclusive) that has one."""
        return self._between(survey, series, first, end)

    def superseded(self, survey: str, series: str, first: str, end: str) -> dict[tuple[str, str], Histogram]:
        """Give the responses whose person answered again on one of the days, by their own day and that one."""
        found = self._between(survey, series, keys.SUPERSEDED + first, keys.SUPERSEDED + end)
        return {keys.days_of_superseded(name): histogram for name, histogram in found.items()}

    def _between(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :end",
            ExpressionAttributeValues={
                ":pk": {"S": keys.counts(survey, series)},
                ":first": {"S": first},
                ":end": {"S": end},
            },
        )
        with translated("the table"):
            found = {item["sk"]["S"]: _histogram(item) for page in pages for item in page["Items"]}
        found.pop(end, None)
        return {name: histogram for name, histogram in found.items() if histogram.responses}


def _histogram(item: dict[str, Any]) -> Histogram:
    return Histogram(tuple(int(item[f"h{score}"]["N"]) if f"h{score}" in item else 0 for score in SCORES))
