"""What a page may see of the answer to an invitation: its function's role names these attributes alone."""

from dataclasses import dataclass
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb.response_items import response_key


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """The `Recorded` part of a response."""

    received: int
    score: int | None
    comment: str | None
    comment_score: int | None


class DynamoDBRecordedResponses:
    """The `RecordedAnswers` port over the table; invitations have ids that need no alias."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def find(self, survey: str, response_id: str) -> RecordedResponse | None:
        """Read a response as it is now."""
        with translated("the table"):
            answer = self._client.get_item(
                TableName=self._table,
                Key=response_key(survey, response_id),
                ConsistentRead=True,
                ProjectionExpression="received, score, #comment, comment_score",
                ExpressionAttributeNames={"#comment": "comment"},
            )
        item = answer.get("Item", {})
        if "received" not in item:
            return None
        numbers = [int(item[name]["N"]) if name in item else None for name in ("score", "comment_score")]
        return RecordedResponse(
            int(item["received"]["N"]), numbers[0], item["comment"]["S"] if "comment" in item else None, numbers[1]
        )
