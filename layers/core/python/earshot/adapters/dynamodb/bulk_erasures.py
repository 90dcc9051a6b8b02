"""Bulk erasures that have begun, in DynamoDB: one small item each, deleted when nothing is left to do."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, TableAdapter, delete, put
from earshot.domain.bulk_erasure import KEPT, BulkErasure


class DynamoDBBulkErasures(TableAdapter):
    """The `BulkErasures` port over the table."""

    def get(self, survey: str, filters: str) -> BulkErasure | None:
        """Read how far an erasure is; None if none has begun."""
        item = self._table.get(table_keys.bulk_erasure_key(survey, filters))
        return _read(survey, item) if item else None

    def begin(self, erasure: BulkErasure) -> None:
        """Store an erasure, in the place of one with another count."""
        self._table.write(put(_item(erasure)))

    def keep_place(self, erasure: BulkErasure) -> bool:
        """Store how far an erasure came; False if it is over, or another has begun in its place."""
        return self._table.write(put(_item(erasure), "started_at = :started_at", started_at=erasure.started_at))

    def finish(self, survey: str, filters: str) -> None:
        """Delete an erasure: nothing is left to do."""
        self._table.write(delete(table_keys.bulk_erasure_key(survey, filters)))


def _item(erasure: BulkErasure) -> dict[str, Any]:
    return {
        **table_keys.bulk_erasure_key(erasure.survey, erasure.filters),
        "confirmed": erasure.confirmed,
        "started_at": erasure.started_at,
        "erased": erasure.erased,
        "below": erasure.below,
        "expires": (erasure.started_at + KEPT) // 1000,
    }


def _read(survey: str, item: Item) -> BulkErasure:
    return BulkErasure(survey, item["sk"], item["confirmed"], item["started_at"], item["erased"], item.get("below"))
