"""What a request asks for, where the engine does not read it: the partition keys it touches, and whom a mail needs."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

# Gives the name of the partition key of a table, or of one of its indexes.
PartitionKey = Callable[[str, str | None], str]
# The one comparison with the partition key that a query must have.
EQUALS = re.compile(r"([#\w]+)\s*=\s*(:\w+)")
NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"


def leading_keys(body: bytes, partition_key: PartitionKey) -> list[str]:
    """Give the partition keys that a DynamoDB request touches, each once: what dynamodb:LeadingKeys holds.

    Of a transaction it gives the keys of all its items: whether AWS shows them at once or item by item is nowhere
    documented, and what is allowed with all of them is allowed with each.
    """
    request: dict[str, Any] = json.loads(body or b"{}")
    found = (_text(item.get(partition_key(table, None))) for table, item in _items(request))
    return sorted({key for key in (*found, *_queried(request, partition_key)) if key})


def mail_needs(body: bytes, account: str, region: str) -> list[tuple[str, str]]:
    """Give each action and resource that SES asks for when a mail is sent: the identity, and the configuration set.

    A mail whose MIME is the sender's own needs ses:SendRawEmail beside ses:SendEmail.
    """
    request: dict[str, Any] = json.loads(body or b"{}")
    place = f"arn:aws:ses:{region}:{account}"
    resources = [f"{place}:identity/{request.get('FromEmailAddress', '').rpartition('@')[2].rstrip('>')}"]
    if name := request.get("ConfigurationSetName"):
        resources.append(f"{place}:configuration-set/{name}")
    actions = ["ses:SendEmail", *(["ses:SendRawEmail"] if "Raw" in request.get("Content", {}) else [])]
    return [(action, resource) for action in actions for resource in resources]


def family(key: str) -> str:
    """Give the part of a partition key that its family shares and that tells nothing of anybody: `P#ann` is `P#`."""
    head, mark, _ = key.partition("#")
    return head + mark


def _items(request: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each key or item of a request, with its table."""
    yield from _item(request)
    for action in request.get("TransactItems", ()):
        for part in action.values():
            yield from _item(part)
    for table, asked in request.get("RequestItems", {}).items():
        for key in asked["Keys"] if isinstance(asked, dict) else ():
            yield table, key
        for write in asked if isinstance(asked, list) else ():
            for part in write.values():
                yield from _item({"TableName": table, **part})


def _item(part: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    item = part.get("Key") or part.get("Item")
    if item and "TableName" in part:
        yield part["TableName"], item


def _queried(request: dict[str, Any], partition_key: PartitionKey) -> Iterator[str]:
    wanted = request.get("KeyConditionExpression")
    if not wanted:
        return
    name = partition_key(request["TableName"], request.get("IndexName"))
    for left, right in EQUALS.findall(wanted):
        if request.get(NAMES, {}).get(left, left) == name:
            yield _text(request[VALUES][right])


def _text(value: dict[str, str] | None) -> str:
    return (value or {}).get("S", "")
