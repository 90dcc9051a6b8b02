"""Reading many responses from DynamoDB: four partitions, newest first, merged without an index."""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import read_response
from earshot.domain import ids
from earshot.domain.response import Response
from earshot.ports.responses import ResponseQuery

# With a filter a partition is read at least this far a call, so that a rare one does not cost a call a response.
LOOK_AHEAD = 250
# Ids spread evenly over the partitions: a quarter of the page and a little lies in each.
MARGIN = 32
HIGHEST = "g"


class DynamoDBResponses:
    """The `Responses` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, survey: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        """Return responses, newest first, and the id below which the next page begins.

        Each partition is read once; what the slowest of them has not reached yet waits for the next page.
        """
        found: list[Response] = []
        reached = ""
        for shard in range(table_keys.SHARDS):
            responses, last = self._read(table_keys.responses(survey, shard), query)
            found += responses
            reached = max(reached, last or "")
        found = sorted((r for r in found if r.id >= reached), key=lambda response: response.id, reverse=True)
        if len(found) > query.limit:
            return found[: query.limit], found[query.limit - 1].id
        return found, reached or None

    def count(self, survey: str, query: ResponseQuery, has_time: Callable[[], bool]) -> int | None:
        """Count all that a query finds, a megabyte of items a call; None if there was no time to count them."""
        found = 0
        for shard in range(table_keys.SHARDS):
            asked = {**self._asked(table_keys.responses(survey, shard), query), "Select": "COUNT"}
            while True:
                if not has_time():
                    return None
                with translated("the table"):
                    reply = self._client.query(**asked)
                found += reply["Count"]
                if "LastEvaluatedKey" not in reply:
                    break
                asked["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
        return found

    def _read(self, partition: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        """Read one partition downwards once; return what it holds, and how far it was read (None: to its end)."""
        with translated("the table"):
            reply = self._client.query(**self._asked(partition, query), ScanIndexForward=False, Limit=_depth(query))
        last = reply.get("LastEvaluatedKey")
        below = [item for item in reply["Items"] if item["sk"]["S"] != query.below]
        return [read_response(item) for item in below], last["sk"]["S"] if last else None

    def _asked(self, partition: str, query: ResponseQuery) -> dict[str, Any]:
        expression, names, values = _filters(query)
        return {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :low AND :high",
            "FilterExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":pk": {"S": partition}, **_bounds(query), **values},
            "ConsistentRead": True,
        }


def _depth(query: ResponseQuery) -> int:
    days = (query.first_day, query.end_day)
    filters = (query.min_score, query.max_score, query.segment, query.excluded, query.has_comment, query.person)
    has_filter = any(value is not None for value in (*days, *filters, query.import_id))
    return max(query.limit, LOOK_AHEAD) + 1 if has_filter else query.limit // table_keys.SHARDS + MARGIN


def _bounds(query: ResponseQuery) -> dict[str, Any]:
    low = ids.smallest(query.oldest) if query.oldest is not None else "0"
    high = ids.smallest(query.newest) if query.newest is not None else HIGHEST
    return {":low": {"S": low}, ":high": {"S": min(high, query.below or HIGHEST)}}


def _filters(query: ResponseQuery) -> tuple[str, dict[str, str], Mapping[str, Any]]:
    conditions, names, values = ["#type = :response AND attribute_exists(score)"], {"#type": "type"}, {}
    values[":response"] = {"S": "response"}
    asked: list[tuple[str, str, Any]] = [
        ("score >= :min_score", ":min_score", query.min_score),
        ("score <= :max_score", ":max_score", query.max_score),
        ("#day >= :first_day", ":first_day", query.first_day),
        ("#day < :end_day", ":end_day", query.end_day),
        ("#import = :import", ":import", query.import_id),
    ]
    names |= {"#import": "import"} if query.import_id is not None else {}
    for condition, name, value in asked:
        if value is not None:
            conditions.append(condition)
            values[name] = {"N": str(value)} if isinstance(value, int) else {"S": value}
    if query.first_day is not None or query.end_day is not None:
        names["#day"] = "day"
    if query.segment is not None:
        conditions.append("#properties.#segment = :segment")
        names |= {"#properties": "properties", "#segment": query.segment[0]}
        values[":segment"] = {"S": query.segment[1]}
    if query.excluded is not None:
        conditions.append("attribute_exists(excluded)" if query.excluded else "attribute_not_exists(excluded)")
    if query.has_comment is not None:
        conditions.append("attribute_exists(#comment)" if query.has_comment else "attribute_not_exists(#comment)")
        names["#comment"] = "comment"
    if query.person is not None:
        conditions.append("person = :person")
        values[":person"] = {"S": query.person}
    return " AND ".join(conditions), names, values
