"""How many answers came from somewhere in a minute or an hour: one small item each, which expires."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.conditional import written
from earshot.domain.submission_policy import Period

KEPT_SECONDS = 600


class DynamoDBRateLimits:
    """The `RateLimits` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, survey: str, source: str, period: Period, weight: int, most: int | None = None) -> int | None:
        """Count more of a source unless they would be more than `most`: one write unit either way."""
        answer: dict[str, Any] = {}
        values = {":more": {"N": str(weight)}, ":expires": {"N": str(period.end // 1000 + KEPT_SECONDS)}}
        limited: dict[str, Any] = {}
        if most is not None:
            values[":left"] = {"N": str(most - weight)}
            limited["ConditionExpression"] = "attribute_not_exists(answers) OR answers <= :left"
        is_taken = written(
            lambda **request: answer.update(self._client.update_item(**request)),
            TableName=self._table,
            Key={"pk": {"S": table_keys.rate(survey, source)}, "sk": {"S": period.name}},
            UpdateExpression="ADD answers :more SET expires = :expires",
            ExpressionAttributeValues=values,
            ReturnValues="UPDATED_NEW",
            **limited,
        )
        return int(answer["Attributes"]["answers"]["N"]) if is_taken else None
