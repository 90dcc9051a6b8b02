"""The rolling scores in DynamoDB: one item a series."""

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_partition


class DynamoDBScores:
    """The `Scores` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        """Give for each series when it was last computed (Unix milliseconds)."""
        items = read_partition(self._client, self._table, table_keys.scores(survey), consistent=False)
        found = {item["series"]["S"]: int(item["computed_at"]["N"]) for item in items}
        return {name: found[name] for name in series if name in found}

    def put(self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any]) -> None:
        """Keep the windows of a series, unless later ones are there."""
        item = {
            "pk": {"S": table_keys.scores(survey)},
            "sk": {"S": table_keys.score(series)},
            "series": {"S": series},
            "type": {"S": "score"},
            "survey": {"S": survey},
            "computed_at": {"N": str(computed_at)},
            "windows": {"S": dumps(windows, separators=(",", ":"))},
        }
        try:
            with translated("the table"):
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk) OR computed_at < :now",
                    ExpressionAttributeValues={":now": {"N": str(computed_at)}},
                )
        except ClientError as exc:
            if code_of(exc) != "ConditionalCheckFailedException":
                raise
