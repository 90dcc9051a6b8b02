"""The tables of moto, as strict as DynamoDB, and faster: most tests of adapters did little but sort and copy them."""

import copy
import threading
from collections import defaultdict
from functools import wraps
from types import SimpleNamespace
from typing import Any

import moto.dynamodb.models
import moto.dynamodb.responses
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

models: Any = moto.dynamodb.models
responses: Any = moto.dynamodb.responses
_parse_expression = responses.parse_expression
_transact = models.DynamoDBBackend.transact_write_items
_cast_value = vars(DynamoType)["cast_value"].fget


def speed_up_tables() -> None:
    """Sort items by plain values, and copy for a transaction the items that it names.

    moto copies the whole table once for each of them.
    """
    Table.all_items = _sorted_items  # type: ignore[assignment,method-assign]
    DynamoType.cast_value = property(_plain_value)  # type: ignore[assignment,method-assign]
    models.DynamoDBBackend.transact_write_items = _write_a_transaction
    models.copy = SimpleNamespace(deepcopy=_copied)


def refuse_reversed_ranges() -> None:
    """Refuse a query whose lower bound is above the upper one, as DynamoDB does; moto finds nothing."""
    responses.parse_expression = _parse_in_order


def _parse_in_order(**expression: Any) -> Any:
    parsed = _parse_expression(**expression)
    for _, comparison, values in parsed[1]:
        if comparison == "BETWEEN" and values[0]["S"] > values[1]["S"]:
            raise MockValidationException(
                "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal "
                f"to lower bound; lower bound operand: AttributeValue: {{S:{values[0]['S']}}}, "
                f"upper bound operand: AttributeValue: {{S:{values[1]['S']}}}"
            )
    return parsed


def _sorted_items(table: Any) -> list[Any]:
    rows = table.items.values()
    items = [item for row in rows for item in row.values()] if table.range_key_attr else list(rows)
    return sorted(items, key=_key)


def _key(item: Item) -> tuple[Any, ...]:
    keys = (item.hash_key, item.range_key) if item.range_key else (item.hash_key,)
    return tuple(key.cast_value for key in keys)


def _plain_value(value: DynamoType) -> Any:
    return value.value if value.type == "S" else _cast_value(value)


class _Transactions(threading.local):
    """The keys that the transaction of this thread names, and the tables as they were before it, by their ids."""

    def __init__(self) -> None:
        self.keys: list[tuple[DynamoType, DynamoType]] = []
        self.tables: dict[int, Any] = {}


_running = _Transactions()


@wraps(_transact)
def _write_a_transaction(backend: Any, transact_items: list[dict[str, Any]]) -> None:
    actions = [next(iter(each.values())) for each in transact_items]
    keys = [action.get("Key") or action.get("Item", {}) for action in actions]
    try:
        _running.keys = [(DynamoType(key["pk"]), DynamoType(key["sk"])) for key in keys if {"pk", "sk"} <= key.keys()]
        _transact(backend, transact_items)
    finally:
        _running.keys, _running.tables = [], {}


def _copied(original: Any) -> Any:
    if not isinstance(original, Table):
        return copy.deepcopy(original)
    if id(original) not in _running.tables:
        _running.tables[id(original)] = _table_before(original) if _running.keys else copy.deepcopy(original)
    return _running.tables[id(original)]


def _table_before(table: Any) -> Any:
    """Copy a table before a transaction: the items that it names, as moto changes them in place; the rest is shared."""
    before = copy.copy(table)
    before.items = defaultdict(dict, {name: dict(row) for name, row in table.items.items()})
    for partition, sort in _running.keys:
        if (item := table.items.get(partition, {}).get(sort)) is not None:
            before.items[partition][sort] = copy.deepcopy(item)
    return before
