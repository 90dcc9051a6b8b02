"""Read the count items of a reply of DynamoDB as the JSON they are, several times faster than by its model."""

import json
from typing import Any

from earshot.adapters.dynamodb.table_keys import COUNTS

_EVENT = "before-parse.dynamodb.Query"


def read_plainly(client: Any) -> None:
    """Make a client read the count items that a query answers without looking each value up in the service's model.

    The model makes an item of text and numbers into the same dictionaries that JSON makes of it; only binary values
    would differ, and counts have none. Whatever else is queried, and the rest of the reply, is read as ever. A
    botocore without this event reads counts as ever, too.
    """
    client.meta.events.register(_EVENT, _take_items, unique_id="earshot-count-items")


def _take_items(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    body = response_dict["body"]
    if response_dict["status_code"] != 200 or f'"{COUNTS}'.encode() not in body:
        return
    reply = json.loads(body)
    items = reply.get("Items")
    if not items or not items[0].get("pk", {}).get("S", "").startswith(COUNTS):
        return
    customized_response_dict["Items"] = reply.pop("Items")
    response_dict["body"] = json.dumps(reply).encode()
