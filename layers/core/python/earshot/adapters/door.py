"""Whether a survey takes answers: all the door asks, so that it need not know what else a survey is."""

from typing import Any

from earshot.adapters import keys
from earshot.adapters.faults import translated


class DynamoDBDoor:
    """The part of the `Surveys` port that the door needs."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def is_open(self, survey_id: str) -> bool | None:
        """Tell whether a survey takes answers; None if there is none."""
        with translated("the table"):
            answer = self._client.get_item(
                TableName=self._table, Key=meta_key(survey_id), ConsistentRead=True, ProjectionExpression="#s",
                ExpressionAttributeNames={"#s": "state"},
            )  # fmt: skip
        return answer["Item"]["state"]["S"] == "open" if "Item" in answer else None


def meta_key(survey_id: str) -> dict[str, Any]:
    """Give the primary key of a survey."""
    return {"pk": {"S": keys.survey(survey_id)}, "sk": {"S": keys.META}}
