"""Daily budgets in DynamoDB: one counter a survey and day, which never passes the budget."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.conditional import written


class DynamoDBBudgets:
    """The `Budgets` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def spend(self, survey: str, day: str, most: int) -> bool:
        """Take one mail out of the budget of a day; False if it is spent."""
        return written(
            self._client.update_item,
            TableName=self._table,
            Key={"pk": {"S": table_keys.budget(survey)}, "sk": {"S": day}},
            UpdateExpression="ADD sent :one",
            ConditionExpression="attribute_not_exists(sent) OR sent < :most",
            ExpressionAttributeValues={":one": {"N": "1"}, ":most": {"N": str(most)}},
        )
