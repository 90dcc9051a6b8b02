"""Listens to a DynamoDB client: every call it makes, and the units the call is charged."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.capacity import item_bytes, read_units, write_units
from benchmarks.errors import BenchError

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})
NOTED = "earshot_bench_params"


class MeteringError(BenchError):
    """A call was refused, or the engine and the size rule do not agree on what it costs."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call and its reply."""

    operation: str
    params: Mapping[str, Any]
    reply: Mapping[str, Any]

    @property
    def actions(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return each item the call writes, with the verb that writes it."""
        if self.operation == "TransactWriteItems":
            return [next(iter(action.items())) for action in self.params["TransactItems"]]
        return [(self.operation.removesuffix("Item"), self.params)]

    @property
    def write_units(self) -> float:
        """Return the engine's charge for the call, which must equal that of the size rule."""
        used = self.reply["ConsumedCapacity"]
        charged = sum(table["CapacityUnits"] for table in used) if isinstance(used, list) else used["CapacityUnits"]
        transactional = self.operation == "TransactWriteItems"
        rule = sum(write_units(_bytes(action), transactional=transactional) for _, action in self.actions)
        if charged != rule:
            raise MeteringError(f"{self.operation}: charged {charged} units, the size rule says {rule}")
        return float(charged)

    @property
    def read_units(self) -> float:
        """Return what the size rule charges for a GetItem, BatchGetItem or Query without a projection or a filter."""
        if self.operation == "BatchGetItem":
            return sum(self._batch_units(*asked) for asked in self.params["RequestItems"].items())
        items = self.reply.get("Items") or [self.reply.get("Item", {})]
        size = sum(item_bytes(item) for item in items)
        return read_units(size, consistent=self.params.get("ConsistentRead", False))

    def _batch_units(self, table: str, asked: Mapping[str, Any]) -> float:
        """Charge each item of a batch by itself, those that are not there too."""
        found, consistent = self.reply["Responses"].get(table, []), asked.get("ConsistentRead", False)
        sizes = [item_bytes(item) for item in found] + [0] * (len(asked["Keys"]) - len(found))
        return sum(read_units(size, consistent=consistent) for size in sizes)


@dataclass(slots=True)
class Meter:
    """The calls heard so far."""

    calls: list[Call] = field(default_factory=list)

    @property
    def writes(self) -> list[Call]:
        """Return the calls that write."""
        return [call for call in self.calls if call.operation in WRITES]

    @property
    def reads(self) -> list[Call]:
        """Return the calls that read."""
        return [call for call in self.calls if call.operation not in WRITES]

    def before(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Ask what the call costs."""
        context[NOTED] = params
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """Note the call; a refused one spoils the measurement."""
        if "Error" in parsed:
            raise MeteringError(f"{model.name} was refused: {parsed['Error']}")
        self.calls.append(Call(model.name, context[NOTED], parsed))


@contextmanager
def metered(client: Any) -> Iterator[Meter]:
    """Listen to a client for a while."""
    meter, events = Meter(), client.meta.events
    events.register("provide-client-params.dynamodb", meter.before)
    events.register("after-call.dynamodb", meter.after)
    try:
        yield meter
    finally:
        events.unregister("provide-client-params.dynamodb", meter.before)
        events.unregister("after-call.dynamodb", meter.after)


def _bytes(action: Mapping[str, Any]) -> int:
    """Return the size of a written item; an updated one is a count or a list of values, which stays below 1 KB."""
    return item_bytes(action.get("Item", {}))
