"""Sets the time to live and recovery of tables as in the template: the engine leaves both out when it makes a table."""

from typing import Any

from earshot_cli.local.aws import client
from earshot_cli.local.endpoint import Endpoint

TABLE = "AWS::DynamoDB::Table"


def turn_on_expiry(endpoint: Endpoint, body: dict[str, Any], resources: dict[str, str]) -> None:
    """Turn on expiry with each table's attribute in the engine; repeating it changes nothing."""
    dynamodb = client("dynamodb", endpoint)
    for name, resource in body["Resources"].items():
        if resource.get("Type") == TABLE and (expiry := resource["Properties"].get("TimeToLiveSpecification")):
            dynamodb.update_time_to_live(TableName=resources[name], TimeToLiveSpecification=expiry)


def turn_on_recovery(endpoint: Endpoint, body: dict[str, Any], resources: dict[str, str]) -> None:
    """Turn on point-in-time recovery of tables in the engine; repeating it changes nothing."""
    dynamodb, setting = client("dynamodb", endpoint), "PointInTimeRecoverySpecification"
    for name, resource in body["Resources"].items():
        if resource.get("Type") == TABLE and (recovery := resource["Properties"].get(setting)):
            dynamodb.update_continuous_backups(TableName=resources[name], PointInTimeRecoverySpecification=recovery)
