"""Many items of the table read at once, as they are now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.domain.errors import BusyError

MOST_KEYS = 100
ATTEMPTS = 8

Item = Mapping[str, Any]


def read_many(client: Any, table: str, wanted: Sequence[Item]) -> Iterator[Item]:
    """Yield the items that are there under distinct keys; BusyError if the table never gives them all."""
    for start in range(0, len(wanted), MOST_KEYS):
        yield from _read(client, table, list(wanted[start : start + MOST_KEYS]))


def read_partition(client: Any, table: str, partition: str, *, consistent: bool) -> Iterator[Item]:
    """Yield all items under a partition key, in the order of their sort keys."""
    pages = client.get_paginator("query").paginate(
        TableName=table,
        ConsistentRead=consistent,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": partition}},
    )
    with translated("the table"):
        for page in pages:
            yield from page["Items"]


def _read(client: Any, table: str, wanted: list[Item]) -> Iterator[Item]:
    """Read up to 100 keys; a reply stops at 16 MB and names what it left out."""
    for _ in range(ATTEMPTS):
        with translated("the table"):
            reply = client.batch_get_item(RequestItems={table: {"Keys": wanted, "ConsistentRead": True}})
        yield from reply["Responses"].get(table, ())
        if not (left := reply.get("UnprocessedKeys", {}).get(table)):
            return
        wanted = left["Keys"]
    raise BusyError("the table is busy; try again in a moment")
