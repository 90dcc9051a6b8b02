"""Lets items expire as the template says: the engine leaves that out when it makes a table from one."""

from typing import Any

from earshot_cli.local.aws import client

TABLE = "AWS::DynamoDB::Table"


def let_expire(endpoint: str, body: dict[str, Any], resources: dict[str, str]) -> None:
    """Tell the engine which attribute of each table says when an item is over; saying it again changes nothing."""
    dynamodb = client("dynamodb", endpoint)
    for name, resource in body["Resources"].items():
        if resource.get("Type") == TABLE and (expiry := resource["Properties"].get("TimeToLiveSpecification")):
            dynamodb.update_time_to_live(TableName=resources[name], TimeToLiveSpecification=expiry)
