"""Destinations in DynamoDB, all in one partition."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, delete, put
from earshot.domain.deliveries import DAY, KEPT_DAYS
from earshot.domain.destinations import Destination, DestinationState


class DynamoDBDestinations(TableAdapter):
    """The `Destinations` port over the table."""

    def get(self, destination: str) -> Destination | None:
        """Read a destination as it is now."""
        item = self._table.get(table_keys.destination_key(destination))
        return read_destination(item) if item else None

    def list(self) -> list[Destination]:
        """List all destinations, as they are now."""
        return [read_destination(item) for item in self._items() if not _is_deleted(item)]

    def deleted(self) -> Sequence[str]:
        """List the ids of those that were deleted in the last 90 days."""
        return [item["sk"].removesuffix(table_keys.DELETED) for item in self._items() if _is_deleted(item)]

    def put(self, destination: Destination, replaces: Destination | None) -> bool:
        """Write a destination if it still is what it `replaces`; False if another writer was faster."""
        item = destination_item(destination)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=replaces.revision))

    def delete(self, destination: Destination, now: int) -> bool:
        """Delete a destination if it still is this one; its id is kept for 90 days from `now` (Unix milliseconds)."""
        # First, so that none is gone whose id is not kept; of one that stays it is of no effect.
        self._table.write(put(deleted_item(destination.id, now)))
        return self._table.write(
            delete(table_keys.destination_key(destination.id), "v = :old", old=destination.revision)
        )

    def _items(self) -> Iterable[Item]:
        return self._table.query(Query(partition=table_keys.DESTINATIONS, consistent=True))


def deleted_item(destination: str, now: int) -> dict[str, Any]:
    """Write what is left of a deleted destination."""
    return {
        **table_keys.deleted_destination_key(destination),
        "type": "deleted destination",
        "expires": (now + KEPT_DAYS * DAY) // 1000,
    }


def destination_item(destination: Destination) -> dict[str, Any]:
    """Write a destination; its settings as JSON, which says what is a list and what a number."""
    return {
        **table_keys.destination_key(destination.id),
        "type": "destination",
        "v": destination.revision,
        "kind": destination.kind,
        "name": destination.name,
        "settings": json.dumps(destination.settings, ensure_ascii=False, separators=(",", ":")),
        "include": list(destination.include),
        "contact": destination.contact,
        "state": destination.state.value,
        "reason": destination.reason,
        "has_credentials": destination.has_credentials,
        "credentials": list(destination.credentials) or None,
        "inbound": destination.inbound or None,
        "made_at": destination.made_at,
    }


def read_destination(item: Item) -> Destination:
    """Read a destination back; KeyError, TypeError or ValueError if the item is none."""
    return Destination(
        id=item["sk"],
        kind=item["kind"],
        name=item["name"],
        settings=json.loads(item["settings"]),
        include=tuple(item["include"]),
        contact=item.get("contact"),
        state=DestinationState(item["state"]),
        reason=item.get("reason"),
        has_credentials=item["has_credentials"],
        credentials=tuple(item.get("credentials", ())),
        inbound=item.get("inbound", False),
        made_at=item["made_at"],
        revision=item["v"],
    )


def _is_deleted(item: Item) -> bool:
    return str(item["sk"]).endswith(table_keys.DELETED)
