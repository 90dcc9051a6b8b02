"""Calls from outside in DynamoDB: the ids of a day, one small item each, which expires."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter, put
from earshot.domain.destinations import DestinationState
from earshot.domain.inbound_calls import KEPT, Caller

# The function's role names these attributes alone: addresses of staff and of systems are next to them.
ATTRIBUTES = "pk, sk, #state, inbound, v"


class DynamoDBInboundCalls(TableAdapter):
    """The `InboundCalls` port over the table."""

    def caller(self, destination: str) -> Caller | None:
        """Read a destination as it is now, as far as its calls go: one read unit."""
        item = self._table.get(table_keys.destination_key(destination), ATTRIBUTES)
        if item is None:
            return None
        is_disabled = item["state"] == DestinationState.DISABLED.value
        return Caller(destination, item["v"], item.get("inbound", False) and not is_disabled)

    def is_known(self, destination: str, call: str, now: int) -> bool:
        """Return whether a call of this id came in the last 24 hours: one read unit."""
        item = self._table.get(table_keys.inbound_call_key(destination, call))
        return item is not None and item["expires"] > now // 1000

    def note(self, destination: str, call: str, now: int) -> None:
        """Note the id of a call for 24 hours: one write unit."""
        self._table.write(put(call_item(destination, call, now)))


def call_item(destination: str, call: str, now: int) -> dict[str, Any]:
    """Write what is kept of a call: its id."""
    key = table_keys.inbound_call_key(destination, call)
    return {**key, "type": "inbound call", "expires": (now + KEPT) // 1000}
