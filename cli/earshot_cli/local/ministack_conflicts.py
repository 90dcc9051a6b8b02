"""Refuses a share of the writes because of a conflict, as DynamoDB does when many write the same items.

Loaded by ministack_main.py in the engine's own Python, where every write waits for the one before and nothing ever
conflicts. A transaction is cancelled with the reason TransactionConflict for one of its items. A single write is
refused with TransactionConflictException, but only of an item that a transaction has written before: on AWS nothing
else gets in its way. Which ones it hits is drawn from a fixed seed.
"""

import json
import random
import threading
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import dynamodb

SEED = 14
SINGLE_WRITES = ("_put_item", "_update_item", "_delete_item")
MESSAGE = "Transaction is ongoing for the item"


class Conflicts:
    """Refuses this share of the writes."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._random = random.Random(SEED)  # noqa: S311 - it decides over a test
        self._lock = threading.Lock()
        self._shared: set[str] = set()

    def install(self) -> None:
        """Put it in front of the table."""
        dynamodb._transact_write_items = self.transactions(dynamodb._transact_write_items)
        for name in SINGLE_WRITES:
            setattr(dynamodb, name, self.single_writes(getattr(dynamodb, name)))

    def transactions(self, write: Any) -> Any:
        """Cancel some transactions, for one of their items."""

        def written(request: dict[str, Any]) -> Any:
            items = [part for action in request.get("TransactItems", ()) for part in action.values()]
            self._shared.update(filter(None, map(_key, items)))
            hit = self._draw(len(items))
            return write(request) if hit is None else _cancelled(len(items), hit)

        return written

    def single_writes(self, write: Any) -> Any:
        """Refuse some writes of items that transactions write, too."""

        def written(request: dict[str, Any]) -> Any:
            if _key(request) not in self._shared or self._draw(1) is None:
                return write(request)
            return error_response_json("TransactionConflictException", MESSAGE, 400)

        return written

    def _draw(self, items: int) -> int | None:
        """Return which of a transaction's items is in another's hands; None for none."""
        with self._lock:
            hit = self._random.random() < self._share
            return self._random.randrange(items) if hit and items else None


def _key(part: dict[str, Any]) -> str | None:
    """Return what identifies an item; None of one whose table or key is not given."""
    item, table = part.get("Key") or part.get("Item"), str(part.get("TableName")).rpartition("/")[2]
    described = dynamodb._tables.get(table)
    if not item or not described:
        return None
    names = [schema["AttributeName"] for schema in described["KeySchema"]]
    return json.dumps([table, *(item.get(name) for name in names)])


def _cancelled(items: int, hit: int) -> tuple[int, dict[str, str], bytes]:
    conflict = {"Code": "TransactionConflict", "Message": MESSAGE}
    reasons = [conflict if number == hit else {"Code": "None"} for number in range(items)]
    codes = ", ".join(reason["Code"] for reason in reasons)
    error = {
        "__type": "TransactionCanceledException",
        "message": f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        "CancellationReasons": reasons,
    }
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-errortype": "TransactionCanceledException"}
    return 400, headers, json.dumps(error).encode()
