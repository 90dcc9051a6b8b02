"""How many answers came from a network, minute by minute: one small item each, which expires."""

from typing import Any

from earshot.adapters import keys
from earshot.adapters.conditional import written

KEPT_SECONDS = 600


class DynamoDBRateLimits:
    """The `RateLimits` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, survey: str, network: str, minute: int, most: int) -> bool:
        """Count one more answer, unless there are as many as may be: one write unit either way."""
        return written(
            self._client.update_item,
            TableName=self._table,
            Key={"pk": {"S": keys.rate(survey, network)}, "sk": {"S": str(minute)}},
            UpdateExpression="ADD answers :one SET expires = :expires",
            ConditionExpression="attribute_not_exists(answers) OR answers < :most",
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":most": {"N": str(most)},
                ":expires": {"N": str(minute * 60 + KEPT_SECONDS)},
            },
        )
