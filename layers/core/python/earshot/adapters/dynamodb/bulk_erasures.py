"""Erasings that have begun, in DynamoDB: one small item each, deleted when nothing is left to do."""

from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.conditional import written
from earshot.domain.bulk_erasure import KEPT, BulkErasure

Item = dict[str, Any]


class DynamoDBBulkErasures:
    """The `Erasings` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, survey: str, filters: str) -> BulkErasure | None:
        """Read how far an erasing is; None if none has begun."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(survey, filters), ConsistentRead=True)
        return _read(survey, answer["Item"]) if "Item" in answer else None

    def begin(self, erasing: BulkErasure) -> None:
        """Keep an erasing, in the place of one with another count."""
        with translated("the table"):
            self._client.put_item(TableName=self._table, Item=_item(erasing))

    def keep_place(self, erasing: BulkErasure) -> bool:
        """Note how far an erasing came; False if it is over, or another has begun in its place."""
        return written(
            self._client.put_item,
            TableName=self._table,
            Item=_item(erasing),
            ConditionExpression="began = :began",
            ExpressionAttributeValues={":began": {"N": str(erasing.began)}},
        )

    def finish(self, survey: str, filters: str) -> None:
        """Delete an erasing: nothing is left to do."""
        with translated("the table"):
            self._client.delete_item(TableName=self._table, Key=_key(survey, filters))


def _key(survey: str, filters: str) -> Item:
    return {"pk": {"S": table_keys.erasings(survey)}, "sk": {"S": filters}}


def _item(erasing: BulkErasure) -> Item:
    numbers = {"confirmed": erasing.confirmed, "began": erasing.began, "erased": erasing.erased}
    numbers["expires"] = (erasing.began + KEPT) // 1000
    place = {"below": {"S": erasing.below}} if erasing.below is not None else {}
    return {
        **_key(erasing.survey, erasing.filters),
        **{name: {"N": str(number)} for name, number in numbers.items()},
        **place,
    }


def _read(survey: str, item: Item) -> BulkErasure:
    numbers = {name: int(item[name]["N"]) for name in ("confirmed", "began", "erased")}
    below = item["below"]["S"] if "below" in item else None
    return BulkErasure(survey, item["sk"]["S"], below=below, **numbers)
