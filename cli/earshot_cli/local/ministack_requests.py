"""What a request asks for, where the engine does not read it: partition keys, and the identities of a mail."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from email.utils import parseaddr
from typing import Any

# Gives the name of the partition key of a table, or of one of its indexes.
PartitionKey = Callable[[str, str | None], str]
# An action and the resource it is for.
Need = tuple[str, str]
# The one comparison with the partition key that a query must have.
EQUALS = re.compile(r"([#\w]+)\s*=\s*(:\w+)")
# The names that begin a path in an expression: not those behind a dot, and not those of functions.
PATH = re.compile(r"(?<![\w.#:])(#\w+|[A-Za-z_]\w*)(?!\w*\s*\()")
# The values in an expression.
QUOTED = re.compile(r":\w+")
EXPRESSIONS = (
    *("ProjectionExpression", "KeyConditionExpression", "FilterExpression", "ConditionExpression"),
    "UpdateExpression",
)
KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"})
# The most that can be returned comes first.
ALL = ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT")
RETURNED = ("ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW", "NONE")
NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"


def leading_keys(body: bytes, partition_key: PartitionKey) -> list[str]:
    """Return the partition keys that a DynamoDB request touches, each once: what dynamodb:LeadingKeys holds.

    Of a transaction it gives the keys of all its items: whether AWS shows them at once or item by item is nowhere
    documented, and what is allowed with all of them is allowed with each.
    """
    request: dict[str, Any] = json.loads(body or b"{}")
    found = (_text(item.get(partition_key(table, None))) for table, item in _items(request))
    return sorted({key for key in (*found, *_queried(request, partition_key)) if key})


def conditions(body: bytes) -> dict[str, Any]:
    """Return what a DynamoDB request is authorized by, its keys apart: the attributes it names and returns.

    As on AWS, dynamodb:Attributes holds the names of all top level attributes that a request uses, those of its keys
    included, whatever expression they stand in; a read has dynamodb:Select (all attributes, unless it says otherwise),
    a write dynamodb:ReturnValues (nothing, unless it says otherwise). Of a batch or a transaction it gives the names in
    all of its parts, and that all attributes are wanted if one part wants them.
    """
    parts = list(_parts(json.loads(body or b"{}")))
    selects = {_select(part) for part in parts if _is_read(part)}
    returned = {part.get("ReturnValues", "NONE") for part in parts if not _is_read(part)}
    found: dict[str, Any] = {}
    if names := sorted(set().union(*map(_attributes, parts))):
        found["dynamodb:Attributes"] = names
    if selects:
        found["dynamodb:Select"] = min(selects, key=(*ALL, *sorted(selects)).index)
    if returned:
        found["dynamodb:ReturnValues"] = min(returned, key=(*RETURNED, *sorted(returned)).index)
    return found


def mail_needs(body: bytes, account: str, region: str, identities: Collection[str], *, in_sandbox: bool) -> list[Need]:
    """Return each action and resource that SES asks for when a mail is sent: identities, and the configuration set.

    A mail whose MIME is the sender's own needs ses:SendRawEmail in addition to ses:SendEmail. The identity is that of
    the address, if it was verified itself, else that of its domain; in the sandbox those of the recipients, too.
    """
    request: dict[str, Any] = json.loads(body or b"{}")
    recipients = request.get("Destination", {}).get("ToAddresses", ()) if in_sandbox else ()
    senders = [_identity(request.get("FromEmailAddress", ""), identities)]
    used = [*senders, *(name for each in recipients if (name := _identity(each, identities)) in identities)]
    place = f"arn:aws:ses:{region}:{account}"
    resources = [f"{place}:identity/{name}" for name in dict.fromkeys(used)]
    if configuration_set := request.get("ConfigurationSetName"):
        resources.append(f"{place}:configuration-set/{configuration_set}")
    actions = ["ses:SendEmail", *(["ses:SendRawEmail"] if "Raw" in request.get("Content", {}) else [])]
    return [(action, resource) for action in actions for resource in resources]


def from_address(body: bytes) -> str:
    """Return the address that a mail comes from, which a condition may ask for as ses:FromAddress."""
    return parseaddr(json.loads(body or b"{}").get("FromEmailAddress", ""))[1]


def _identity(address: str, identities: Collection[str]) -> str:
    """Return the identity an address stands under: itself or a domain above it, else its own domain."""
    bare = parseaddr(address)[1]
    labels = bare.rpartition("@")[2].split(".")
    domains = [".".join(labels[start:]) for start in range(len(labels))]
    return next((name for name in (bare, *domains) if name in identities), domains[0])


def family(key: str) -> str:
    """Return the part of a partition key that its family shares and that identifies no person: `P#ann` is `P#`."""
    head, separator, rest = key.partition("#")
    kind, inner, _ = rest.partition("#")
    # What is due has a partition for each kind, and one for each destination of deliveries that wait.
    return f"{head}#{kind}#" if head == "DUE" and inner else head + separator


def _parts(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return each request in a request: the actions of a transaction, the reads and writes of a batch."""
    if not {"TransactItems", "RequestItems"} & request.keys():
        yield request
    for action in request.get("TransactItems", ()):
        yield from action.values()
    for asked in request.get("RequestItems", {}).values():
        if isinstance(asked, dict):
            yield from ({**asked, "Key": key} for key in asked["Keys"])
        else:
            yield from (part for write in asked for part in write.values())


def _is_read(part: dict[str, Any]) -> bool:
    """Return whether a request reads; a delete without a condition looks like a read, and is checked as strictly."""
    return not {"Item", "UpdateExpression", "AttributeUpdates", "ConditionExpression", "ReturnValues"} & part.keys()


def _select(part: dict[str, Any]) -> str:
    is_specific = "ProjectionExpression" in part or "AttributesToGet" in part
    every = "ALL_PROJECTED_ATTRIBUTES" if "IndexName" in part else "ALL_ATTRIBUTES"
    return str(part.get("Select") or ("SPECIFIC_ATTRIBUTES" if is_specific else every))


def _attributes(part: dict[str, Any]) -> set[str]:
    """Return the name of the top level attributes that a request uses."""
    placed = part.get(NAMES, {})
    found = {*part.get("Key", ()), *part.get("Item", ()), *part.get("AttributesToGet", ())}
    for expression in EXPRESSIONS:
        named = PATH.findall(QUOTED.sub("", part.get(expression, "")))
        found |= {placed.get(name, name) for name in named if name.upper() not in KEYWORDS}
    return found


def _items(request: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each key or item of a request, with its table."""
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
