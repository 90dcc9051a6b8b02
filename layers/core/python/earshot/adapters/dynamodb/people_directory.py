"""The people directory in DynamoDB: whoever lives stands in the index, in a bucket of their id's hash."""

from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.invitations import DUE_INDEX


class DynamoDBPeopleDirectory:
    """The `PeopleDirectory` port over the index; whoever came a second ago may be missing still."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, bucket: int, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Give ids of a bucket in order from behind `after`, and after which the next page begins."""
        # A key condition, not ExclusiveStartKey: whoever it ended with may have been erased meanwhile.
        behind = {":after": {"S": after}} if after else {}
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table,
                IndexName=DUE_INDEX,
                KeyConditionExpression="due_shard = :shard" + (" AND due_order > :after" if behind else ""),
                ExpressionAttributeValues={":shard": {"S": table_keys.directory(bucket)}, **behind},
                Limit=limit,
            )
        ids = [str(item["due_order"]["S"]) for item in answer["Items"]]
        return ids, ids[-1] if "LastEvaluatedKey" in answer and ids else None
