"""Items of counts: which place each response counts in, how they are read, and how what they lack is added."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_many
from earshot.domain.counting import candidate_of, contribution, listed
from earshot.domain.quality_flags import QUALITY_FLAGS, quality_flags_of
from earshot.domain.response import ALL, Response
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot_cli.ops.count_drift import Place, Share

# Written beside a count that was mended: a second rebuild at the same time, or a repeated call, sees that it was.
TOLD = "rebuilt"
# Other numbers of an item are left alone: what they count, `share_of` does not give.
NUMBERS = frozenset((*(f"h{score}" for score in range(11)), *QUALITY_FLAGS))

Counted = dict[str, int]


def share_of(response: Response) -> Share:
    """Say where a response counts, from what is stored on it."""
    return {
        (
            Place(table_keys.counts(response.survey, cell.series), table_keys.count(cell.day, cell.superseded_on)),
            f"h{score}",
        ): count
        for cell, scores in contribution(response).items()
        for score, count in scores.items()
    } | {
        **{
            (Place(table_keys.counts(response.survey, ALL), response.day), mark): 1
            for mark in quality_flags_of(response)
        },
        **{
            (Place(table_keys.counts(response.survey, cell.series), table_keys.count(cell.day)), name): 1
            for cell, name in listed(response).items()
        },
    }


def is_recounted(sort_key: str) -> bool:
    """Tell whether `share_of` gives what an item counts; one of another kind is left alone."""
    return sort_key == own_day(sort_key) or sort_key.startswith(table_keys.SUPERSEDED)


def own_day(sort_key: str) -> str:
    """Give the day of the responses that an item counts: every kind of count ends with it."""
    return sort_key[-len("2026-11-21") :]


def known_series(survey: Survey) -> set[str]:
    """Name every series that the survey may have counted in, also those of segments no longer tracked."""
    named = {*survey.segments, *survey.values}
    values = {f"{segment}={value}" for segment in named for value in survey.values.get(segment, ())}
    return {"all", *values, *(f"{segment}={OTHER}" for segment in named)}


class CountItems:
    """The count items of a survey in the table."""

    def __init__(self, client: Any, table: str, survey: str) -> None:
        self._client = client
        self._table = table
        self._survey = survey

    def between(self, series: Iterable[str], first: date, end: date) -> Iterator[tuple[Place, Counted]]:
        """Give the items of some series whose own day is from `first` to `end` (exclusive), of whatever kind."""
        days = first.isoformat(), end.isoformat()
        for name in sorted(series):
            for low, high in (days, ("A", "~")):
                for item in self._query(name, low, high):
                    place = Place(item["pk"]["S"], item["sk"]["S"])
                    if days[0] <= own_day(place.sk) < days[1] and is_recounted(place.sk):
                        yield place, counted_in(item)

    def days(self, series: Iterable[str]) -> Iterator[str]:
        """Give the first and the last day that each series has a count of."""
        for name in sorted(series):
            for forward in (True, False):
                for item in self._query(name, "0", ":", ScanIndexForward=forward, Limit=1):
                    yield item["sk"]["S"]
                    break

    def read(self, places: Iterable[Place]) -> dict[Place, Mapping[str, Any]]:
        """Read some items as they are now; those that are not there are left out."""
        wanted = [{"pk": {"S": place.pk}, "sk": {"S": place.sk}} for place in places]
        found = read_many(self._client, self._table, wanted)
        return {Place(item["pk"]["S"], item["sk"]["S"]): item for item in found}

    def add(self, place: Place, lacking: Mapping[str, int], told: str | None, mark: str) -> bool:
        """Add what an item lacks, unless it was mended since it was read; False if it was."""
        whole = {f"h{score}": 0 for score in range(11)} if place.sk == own_day(place.sk) else {}
        amounts = whole | dict(lacking)
        names = {f"#n{at}": name for at, name in enumerate(amounts)}
        values = {f":n{at}": {"N": str(amount)} for at, amount in enumerate(amounts.values())}
        added = ", ".join(f"#n{at} :n{at}" for at in range(len(amounts)))
        seen = {":told": {"S": told}} if told is not None else {}
        try:
            with translated("the table"):
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": place.pk}, "sk": {"S": place.sk}},
                    UpdateExpression=f"SET #told = :mark ADD {added}",
                    ConditionExpression="#told = :told" if seen else "attribute_not_exists(#told)",
                    ExpressionAttributeNames=names | {"#told": TOLD},
                    ExpressionAttributeValues=values | seen | {":mark": {"S": mark}},
                )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _query(self, series: str, low: str, high: str, **more: Any) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues={
                ":pk": {"S": table_keys.counts(self._survey, series)},
                ":low": {"S": low},
                ":high": {"S": high},
            },
            ConsistentRead=True,
            **more,
        )
        with translated("the table"):
            for page in pages:
                yield from page["Items"]


def counted_in(item: Mapping[str, Any]) -> Counted:
    """Read those numbers of a count item that a recount gives and that are not zero."""
    named = [name for name in item if name in NUMBERS or candidate_of(name) is not None]
    return {name: int(item[name]["N"]) for name in named if item[name]["N"] != "0"}


def told_of(item: Mapping[str, Any] | None) -> str | None:
    """Tell by which rebuild an item was last mended."""
    return str(item[TOLD]["S"]) if item and TOLD in item else None
