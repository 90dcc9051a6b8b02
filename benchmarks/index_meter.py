"""Listens to a DynamoDB client: what each write costs in the table and in its indexes, held against the rules."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.capacity import index_units, item_bytes, write_units
from benchmarks.metering import WRITES, Call, MeteringError
from earshot_cli.local.aws import client as outsider
from earshot_cli.local.endpoint import Endpoint

NOTED = "earshot_bench_write"
Image = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index that projects keys only: the table's key and its own."""

    name: str
    key: tuple[str, ...]
    projected: tuple[str, ...]

    def entry(self, item: Image) -> Image:
        """Return what the index stores of an item, None if the item has no key in it."""
        if item is None or not all(name in item for name in self.key):
            return None
        return {name: item[name] for name in self.projected}


@dataclass(frozen=True, slots=True)
class Write:
    """A write as the engine charged it, in write units: `table` without its indexes, and `index`."""

    call: Call
    table: float
    index: float

    @property
    def units(self) -> float:
        """Return all that it costs."""
        return self.table + self.index


@dataclass(slots=True)
class IndexMeter:
    """The writes heard so far; each item is read before and after with another client than the one listened to."""

    reader: Any
    indexes: tuple[Index, ...]
    writes: list[Write] = field(default_factory=list)

    def before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Ask what a write costs, and note what it is about to change."""
        if model.name not in WRITES:
            return params
        context[NOTED] = params, self._images(params, model.name)
        return {**params, "ReturnConsumedCapacity": "INDEXES"}

    def after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """Note what the write was charged; a refused one spoils the measurement."""
        if model.name not in WRITES:
            return
        if "Error" in parsed:
            raise MeteringError(f"{model.name} was refused: {parsed['Error']}")
        params, before = context[NOTED]
        changes = list(zip(before, self._images(params, model.name), strict=True))
        self.writes.append(checked(Call(model.name, params, parsed), changes, self.indexes))

    def _images(self, params: Mapping[str, Any], operation: str) -> list[Image]:
        images: list[Image] = []
        for _, action in Call(operation, params, {}).actions:
            key = key_of(action)
            found = self.reader.get_item(TableName=action["TableName"], Key=key, ConsistentRead=True)
            images.append(found.get("Item"))
        return images


@contextmanager
def metered_with_index(client: Any, table: str) -> Iterator[IndexMeter]:
    """Listen for a while to a client that writes to a table with indexes."""
    reader = outsider("dynamodb", Endpoint(client.meta.endpoint_url, os.environ["AWS_SESSION_TOKEN"]))
    meter, events = IndexMeter(reader, indexes_of(reader.describe_table(TableName=table)["Table"])), client.meta.events
    events.register("provide-client-params.dynamodb", meter.before)
    events.register("after-call.dynamodb", meter.after)
    try:
        yield meter
    finally:
        events.unregister("provide-client-params.dynamodb", meter.before)
        events.unregister("after-call.dynamodb", meter.after)


def indexes_of(table: Mapping[str, Any]) -> tuple[Index, ...]:
    """Read the indexes of a described table; MeteringError if there is none, or one projects more than keys."""
    indexes = table.get("GlobalSecondaryIndexes", ())
    if not indexes or any(index["Projection"]["ProjectionType"] != "KEYS_ONLY" for index in indexes):
        raise MeteringError("the bench was written for indexes that project keys only")
    primary = _names(table["KeySchema"])
    keys = {str(index["IndexName"]): _names(index["KeySchema"]) for index in indexes}
    return tuple(Index(name, key, tuple(dict.fromkeys((*primary, *key)))) for name, key in keys.items())


def _names(schema: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(part["AttributeName"]) for part in schema)


def key_of(action: Mapping[str, Any]) -> dict[str, Any]:
    """Return the primary key of what an action writes."""
    item = action.get("Key") or action["Item"]
    return {name: item[name] for name in ("pk", "sk")}


def checked(call: Call, changes: Sequence[tuple[Image, Image]], indexes: Sequence[Index]) -> Write:
    """Read what the engine charged; MeteringError unless the rules say the same of what each item was and became."""
    table, of_index = _charged(call.reply["ConsumedCapacity"], [index.name for index in indexes])
    transactional = call.operation == "TransactWriteItems"
    sizes = [max(item_bytes(image) for image in change if image is not None) for change in changes]
    rule = sum(write_units(size, transactional=transactional) for size in sizes)
    index_rule = sum(
        index_units(index.entry(before), index.entry(after), index.key)
        for before, after in changes
        for index in indexes
    )
    if (table, of_index) != (rule, index_rule):
        raise MeteringError(
            f"{call.operation}: charged {table} + {of_index} in the index, the rules say {rule} + {index_rule}"
        )
    return Write(call, table, of_index)


def _charged(capacity: Any, names: Sequence[str]) -> tuple[float, float]:
    """Split what the engine charged: the table without its indexes, and the indexes."""
    tables = capacity if isinstance(capacity, list) else [capacity]
    total = sum(float(table["CapacityUnits"]) for table in tables)
    arms = (table.get("GlobalSecondaryIndexes", {}).get(name, {}) for table in tables for name in names)
    of_index = sum(float(arm.get("CapacityUnits", 0)) for arm in arms)
    return total - of_index, of_index
