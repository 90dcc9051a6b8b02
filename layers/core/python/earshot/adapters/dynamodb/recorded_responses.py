"""What a page may see of the response to an invitation: its function's role names these attributes alone."""

from dataclasses import dataclass

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """The part of a response that a page may see."""

    received_at: int
    score: int | None
    comment: str | None
    comment_score: int | None
    contact_requested: bool


class DynamoDBRecordedResponses(TableAdapter):
    """The `RecordedResponses` port over the table; the ids of invitations' responses need no alias."""

    def find(self, survey: str, response_id: str) -> RecordedResponse | None:
        """Read a response as it is now."""
        key = table_keys.response_key(survey, response_id)
        item = self._table.get(key, "received_at, score, #comment, comment_score, contact_requested") or {}
        if "received_at" not in item:
            return None
        return RecordedResponse(
            item["received_at"],
            item.get("score"),
            item.get("comment"),
            item.get("comment_score"),
            "contact_requested" in item,
        )
