"""The table that another took the place of: a note in it and a tag on it say so, and no stack may use it again.

Only another restore puts it into service again, with what happened since.
"""

from dataclasses import dataclass
from typing import Any

from earshot.adapters.dynamodb.table_keys import RETIRED_KEY

TAG = "earshot:retired-for"


@dataclass(frozen=True)
class Retirement:
    """That a table is retired: which table took its place, and when (Unix milliseconds)."""

    by: str
    at: int


def read_retirement(dynamodb: Any, table: str) -> Retirement | None:
    """Read whether a table is retired."""
    found = dynamodb.get_item(TableName=table, Key=_key(), ConsistentRead=True).get("Item")
    return Retirement(found["by"]["S"], int(found["at"]["N"])) if found else None


def note_retirement(dynamodb: Any, table: str, retirement: Retirement) -> None:
    """Note in a table that it is retired, unless that is noted already."""
    if read_retirement(dynamodb, table) is None:
        item = {**_key(), "by": {"S": retirement.by}, "at": {"N": str(retirement.at)}}
        dynamodb.put_item(TableName=table, Item=item)


def retire(dynamodb: Any, table: str, retirement: Retirement) -> None:
    """Retire a table: note it in the table, and in a tag for those who look at the console."""
    note_retirement(dynamodb, table, retirement)
    dynamodb.tag_resource(ResourceArn=_arn(dynamodb, table), Tags=[{"Key": TAG, "Value": retirement.by}])


def put_back(dynamodb: Any, table: str) -> None:
    """Take back that a table is retired, since a restore puts it into service with what happened since."""
    dynamodb.delete_item(TableName=table, Key=_key())
    dynamodb.untag_resource(ResourceArn=_arn(dynamodb, table), TagKeys=[TAG])


def _arn(dynamodb: Any, table: str) -> str:
    return str(dynamodb.describe_table(TableName=table)["Table"]["TableArn"])


def _key() -> dict[str, Any]:
    return {name: {"S": value} for name, value in RETIRED_KEY.items()}
