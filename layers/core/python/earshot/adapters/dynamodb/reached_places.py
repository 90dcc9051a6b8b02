"""Where something of erased people was, next to their tombstones in DynamoDB."""

from collections.abc import Iterable
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, Query, TableAdapter, put
from earshot.domain.deliveries import DAY, KEPT_DAYS, DeliveryKey, Reached


class DynamoDBReachedPlaces(TableAdapter):
    """The `ReachedPlaces` port over the table."""

    def note(self, person: str, reached: Iterable[Reached], now: int) -> None:
        """Note what an erasure found; the same again changes nothing but how long it is kept."""
        for each in reached:
            self._table.write(put(reached_item(person, each, now)))

    def of_person(self, person: str) -> list[Reached]:
        """List what the erasure of a person found."""
        found = Query(partition=table_keys.person(person), prefix=table_keys.REACHED, consistent=True)
        return [read_reached(item) for item in self._table.query(found)]


def reached_item(person: str, reached: Reached, now: int) -> dict[str, Any]:
    """Write that a destination had something of a person."""
    deletion = reached.deletion
    return {
        **table_keys.reached_key(person, reached.destination, deletion and deletion.id),
        "type": "reached",
        "destination": reached.destination,
        "deletion": None if deletion is None else [deletion.alerted_at, deletion.id],
        "expires": (now + KEPT_DAYS * DAY) // 1000,
    }


def read_reached(item: Item) -> Reached:
    """Read it back; KeyError or TypeError if the item is none."""
    deletion = item.get("deletion")
    return Reached(item["destination"], DeliveryKey(item["destination"], *deletion) if deletion else None)
