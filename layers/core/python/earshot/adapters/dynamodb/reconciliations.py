"""When the suppression list was last read to its end, in DynamoDB."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, TableAdapter, update


class DynamoDBReconciliations(TableAdapter):
    """The `Reconciliations` port over the table."""

    def last(self) -> int | None:
        """Return when the last complete round began (Unix milliseconds); None if there was none."""
        item = self._table.get(table_keys.RECONCILIATION_KEY)
        return item["started_at"] if item else None

    def note(self, began: int) -> None:
        """Store that a round was complete; an older one that ends late changes nothing."""
        change = update(
            table_keys.RECONCILIATION_KEY,
            "SET started_at = :started_at",
            f"{ABSENT} OR started_at < :started_at",
            started_at=began,
        )
        self._table.write(change)
