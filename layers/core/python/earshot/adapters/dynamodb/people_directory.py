"""The people directory in DynamoDB: people who were not erased, in an index, in buckets by the hash of their id."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Query, TableAdapter


class DynamoDBPeopleDirectory(TableAdapter):
    """The `PeopleDirectory` port over the index; people of the last second may be missing."""

    def page(self, bucket: int, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Return ids of a bucket in order from behind `after`, and after which the next page begins."""
        # A key condition, not ExclusiveStartKey: the person it ended with may have been erased meanwhile.
        behind = after or None
        of_bucket = Query(partition=table_keys.directory(bucket), index=table_keys.DUE_INDEX, after=behind, limit=limit)
        items, more = self._table.page(of_bucket)
        ids = [str(item["due_order"]) for item in items]
        return ids, ids[-1] if more and ids else None
