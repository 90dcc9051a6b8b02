"""Reading many responses from DynamoDB: four partitions, newest or oldest first, merged without an index."""

from collections.abc import Callable
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.table import Query, TableAdapter
from earshot.domain import ids
from earshot.domain.response import Response
from earshot.ports.responses import ResponseQuery

# With a filter a partition is read at least this far a call, so that a rare one does not cost a call a response.
LOOK_AHEAD = 250
# Ids spread evenly over the partitions: a quarter of the page and a little lies in each.
MARGIN = 32
HIGHEST = "g"


class DynamoDBResponses(TableAdapter):
    """The `Responses` port over the table."""

    def page(self, survey: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        """Return responses in the order of a query, and the id behind which the next page begins.

        Each partition is read once; what the slowest of them has not reached yet waits for the next page.
        """
        found: list[Response] = []
        ends: list[str] = []
        for shard in range(table_keys.SHARDS):
            responses, last = self._read(table_keys.responses(survey, shard), query)
            found += responses
            ends += [last] if last else []
        if query.is_oldest_first:
            reached = min(ends, default=None)
            known = [each for each in found if reached is None or each.id <= reached]
        else:
            reached = max(ends, default=None)
            known = [each for each in found if reached is None or each.id >= reached]
        known.sort(key=lambda response: response.id, reverse=not query.is_oldest_first)
        if len(known) > query.limit:
            return known[: query.limit], known[query.limit - 1].id
        return known, reached

    def count(self, survey: str, query: ResponseQuery, has_time: Callable[[], bool]) -> int | None:
        """Count all that a query finds, a megabyte of items a call; None if there was no time to count them."""
        found = 0
        for shard in range(table_keys.SHARDS):
            asked, reached, is_read = _asked(table_keys.responses(survey, shard), query), None, False
            while not is_read:
                if not has_time():
                    return None
                counted, reached = self._table.count(asked, reached)
                found, is_read = found + counted, reached is None
        return found

    def _read(self, partition: str, query: ResponseQuery) -> tuple[list[Response], str | None]:
        """Read one partition once; return what it holds, and how far it was read (None: to its end)."""
        asked = _asked(partition, query, backwards=not query.is_oldest_first, limit=_depth(query))
        items, last = self._table.page(asked)
        return [read_response(item) for item in items if item["sk"] != query.below], last["sk"] if last else None


def _depth(query: ResponseQuery) -> int:
    if query.depth is not None:
        return query.depth
    days = (query.first_day, query.end_day)
    filters = (query.min_score, query.max_score, query.segment, query.excluded, query.has_comment, query.person)
    has_filter = any(value is not None for value in (*days, *filters, query.import_id))
    return max(query.limit, LOOK_AHEAD) + 1 if has_filter else query.limit // table_keys.SHARDS + MARGIN


def _asked(partition: str, query: ResponseQuery, **more: Any) -> Query:
    low = ids.smallest(query.oldest) if query.oldest is not None else "0"
    high = ids.smallest(query.newest) if query.newest is not None else HIGHEST
    if query.is_oldest_first:
        low = max(low, query.below or low)
    else:
        high = min(high, query.below or high)
    holds, names, values = _filters(query)
    return Query(
        partition=partition,
        low=low,
        high=high,
        consistent=query.depth is None,
        holds=holds,
        names=names,
        values=values,
        **more,
    )


def _filters(query: ResponseQuery) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Return the condition that a response meets, the names it uses and its values."""
    conditions, names = ["#type = :response AND attribute_exists(score)"], {}
    values: dict[str, Any] = {"response": "response"}
    asked: list[tuple[str, str, Any]] = [
        ("score >= :min_score", "min_score", query.min_score),
        ("score <= :max_score", "max_score", query.max_score),
        ("#day >= :first_day", "first_day", query.first_day),
        ("#day < :end_day", "end_day", query.end_day),
        ("#import = :import", "import", query.import_id),
        ("person = :person", "person", query.person),
    ]
    for condition, name, value in asked:
        if value is not None:
            conditions.append(condition)
            values[name] = value
    if query.segment is not None:
        conditions.append("#properties.#segment = :segment")
        names["segment"], values["segment"] = query.segment
    if query.excluded is not None:
        conditions.append("attribute_exists(excluded)" if query.excluded else "attribute_not_exists(excluded)")
    if query.has_comment is not None:
        conditions.append("attribute_exists(#comment)" if query.has_comment else "attribute_not_exists(#comment)")
    return " AND ".join(conditions), names, values
