"""The responses of some days, read straight from the table without holding more than a page of them."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import read_response
from earshot.domain import ids
from earshot.domain.response import Response
from earshot.domain.submission import EPOCH, instant
from earshot.domain.survey import Survey
from earshot_cli.errors import CommandError

DAY = timedelta(days=1)
RESPONSE = {
    "FilterExpression": "#type = :response",
    "ExpressionAttributeNames": {"#type": "type"},
}


class DayResponses:
    """Reads a survey's responses by the day they count in; ids tell the time, to five minutes."""

    def __init__(self, client: Any, table: str, survey: Survey) -> None:
        self._client = client
        self._table = table
        self._survey = survey

    def between(self, first: date, end: date) -> Iterator[list[Response]]:
        """Give the responses of the days from `first` to `end` (exclusive), page by page, as they are now."""
        bounds = self._bound(first, -ids.FAR_FUTURE), self._bound(end, ids.FAR_FUTURE + 1)
        days = first.isoformat(), end.isoformat()
        for shard in range(table_keys.SHARDS):
            for items in self._pages(shard, *bounds):
                responses = [self._read(item) for item in items]
                yield [response for response in responses if days[0] <= response.day < days[1]]

    def span(self) -> tuple[date, date] | None:
        """Give the first day with a response and the day after the last; None if there are no responses."""
        found = [
            end
            for shard in range(table_keys.SHARDS)
            for forward in (True, False)
            if (end := self._end(shard, forward=forward)) is not None
        ]
        return (min(found) - DAY, max(found) + 2 * DAY) if found else None

    def _bound(self, day: date, offset: int) -> str:
        # Where it is still 1969 the first answers may be of that day; no id is older than its end.
        begins = instant(day.isoformat(), self._survey.zone) if day.year >= EPOCH.year else 0
        return ids.smallest(max(begins + offset, 0))

    def _end(self, shard: int, *, forward: bool) -> date | None:
        """Give the day of the outermost response of a partition."""
        for items in self._pages(shard, "0", "g", ScanIndexForward=forward, Limit=100):
            if items:
                return date.fromisoformat(items[0]["day"]["S"])
        return None

    def _pages(self, shard: int, low: str, high: str, **more: Any) -> Iterator[list[Mapping[str, Any]]]:
        """Read a partition between two ids; aliases are left out."""
        start: dict[str, Any] = {}
        pk = table_keys.responses(self._survey.id, shard)
        values = {":pk": {"S": pk}, ":low": {"S": low}, ":high": {"S": high}, ":response": {"S": "response"}}
        while True:
            with translated("the table"):
                answer = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
                    ExpressionAttributeValues=values,
                    ConsistentRead=True,
                    **RESPONSE,
                    **more,
                    **start,
                )
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _read(self, item: Mapping[str, Any]) -> Response:
        try:
            return read_response(item)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            place = f"{item['pk']['S']} / {item['sk']['S']}"
            raise CommandError(f"The item {place} cannot be read as a response: mend it, then count again.") from error
