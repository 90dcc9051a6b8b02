"""When the suppression list was last read to its end, in DynamoDB."""

from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.conditional import written

KEY = {"pk": {"S": table_keys.RECONCILIATIONS}, "sk": {"S": "SUPPRESSIONS"}}


class DynamoDBReconciliations:
    """The `Reconciliations` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def last(self) -> int | None:
        """Give when the last whole round began (Unix milliseconds); None if there was none."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=KEY, ConsistentRead=True)
        return int(answer["Item"]["began"]["N"]) if "Item" in answer else None

    def note(self, began: int) -> None:
        """Note that a round was whole; an older one that ends late changes nothing."""
        written(
            self._client.update_item,
            TableName=self._table,
            Key=KEY,
            UpdateExpression="SET began = :began",
            ConditionExpression="attribute_not_exists(pk) OR began < :began",
            ExpressionAttributeValues={":began": {"N": str(began)}},
        )
