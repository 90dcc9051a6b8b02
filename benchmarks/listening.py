"""Hears what a handler asks of AWS, and charges it by the size rules, refused writes as well."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.capacity import index_units, item_bytes, read_units, write_units

READS = ("GetItem", "Query", "BatchGetItem")


@dataclass(slots=True)
class Spent:
    """The units and calls of one request, and each item that it changed: as it was and as it is, empty if not there."""

    reads: float = 0
    writes: float = 0
    table_calls: int = 0
    messages: int = 0
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.reads:g} read, {self.writes:g} write, {self.table_calls} calls, {self.messages} messages"


@dataclass(slots=True)
class Listener:
    """Adds up what a client of the table and one of queues do."""

    dynamodb: Any
    table: str
    indexes: Mapping[str, tuple[str, ...]]
    spent: Spent = field(default_factory=Spent)
    _before: list[tuple[Mapping[str, Any], Any]] = field(default_factory=list)
    _is_looking: bool = False

    def sent(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """Remember what is asked, and what the items are that a write changes."""
        if self._is_looking:
            return
        context["earshot_params"] = params
        if model.name not in READS:
            context["earshot_before"] = [self._item(key) for _, key in _written(model.name, params)]

    def count_reply(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """Charge the call."""
        params = context.get("earshot_params")
        if self._is_looking or params is None:
            return
        self.spent.table_calls += 1
        if model.name in READS:
            self.spent.reads += _batch_units(params, parsed) if model.name == "BatchGetItem" else _units(params, parsed)
            return
        transactional = model.name == "TransactWriteItems"
        for before, (item, key) in zip(context["earshot_before"], _written(model.name, params), strict=True):
            after = self._item(key)
            size = max(map(item_bytes, (before, after, item)))
            self.spent.writes += write_units(size, transactional=transactional)
            if before != after:
                self.spent.changes.append((before, after))
            self.spent.writes += sum(
                index_units(_entry(before, names), _entry(after, names), names) for names in self.indexes.values()
            )

    def queued(self, **_: Any) -> None:
        """Count a message."""
        self.spent.messages += 1

    def _item(self, key: Mapping[str, Any]) -> dict[str, Any]:
        self._is_looking = True
        try:
            found = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
            return dict(found.get("Item", {}))
        finally:
            self._is_looking = False


def _units(params: Mapping[str, Any], parsed: Mapping[str, Any]) -> float:
    """Charge what a GetItem or a Query found, as one."""
    items = parsed.get("Items") or [parsed.get("Item", {})]
    return read_units(sum(map(item_bytes, items)), consistent=params.get("ConsistentRead", False))


def _batch_units(params: Mapping[str, Any], parsed: Mapping[str, Any]) -> float:
    """Charge each item of a batch by itself, those that are not there too."""
    units = 0.0
    for table, asked in params["RequestItems"].items():
        found = [item_bytes(item) for item in parsed["Responses"].get(table, [])]
        sizes = found + [0] * (len(asked["Keys"]) - len(found))
        units += sum(read_units(size, consistent=asked.get("ConsistentRead", False)) for size in sizes)
    return units


@contextmanager
def listening(
    dynamodb: Any, sqs: Any, indexes: Mapping[str, tuple[str, ...]], table: str = "earshot"
) -> Iterator[Spent]:
    """Listen to two clients for a while; `indexes` has the key attributes of each index, which holds keys only."""
    listener = Listener(dynamodb, table, indexes)
    hooks = [
        (dynamodb, "before-parameter-build.dynamodb", listener.sent),
        (dynamodb, "after-call.dynamodb", listener.count_reply),
        (sqs, "after-call.sqs", listener.queued),
    ]
    for client, event, hook in hooks:
        client.meta.events.register(event, hook)
    try:
        yield listener.spent
    finally:
        for client, event, hook in hooks:
            client.meta.events.unregister(event, hook)


def _written(operation: str, params: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Return each item that a write brings, with its primary key."""
    if operation == "TransactWriteItems":
        actions = [next(iter(action.values())) for action in params["TransactItems"]]
    else:
        actions = [params]
    return [(action.get("Item", {}), _key(action)) for action in actions]


def _key(action: Mapping[str, Any]) -> dict[str, Any]:
    found = action.get("Key") or action["Item"]
    return {"pk": found["pk"], "sk": found["sk"]}


def _entry(item: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any] | None:
    """Return what an index stores of an item, the keys of both; None if the item lacks a key of the index."""
    keys = {"pk", "sk", *names}
    return {name: item[name] for name in keys if name in item} if all(name in item for name in names) else None
