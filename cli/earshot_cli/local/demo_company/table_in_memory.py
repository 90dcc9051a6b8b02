"""A table in memory that takes the writes of the product's own adapters, so that the sample is what they would leave.

It knows as much of DynamoDB as they use while the sample is made. Nobody else writes meanwhile: conditions are not
checked.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Item = dict[str, Any]

NAME = "sample"
_CLAUSES = re.compile(r"\b(SET|REMOVE|ADD|DELETE) ")
_VALUE = re.compile(r"(#?\w+) = (:\w+)")
_NUMBER, _TEXTS = "N", "SS"


class TableInMemory:
    """The items by their keys, behind the methods of a client of DynamoDB."""

    def __init__(self) -> None:
        self._partitions: dict[str, dict[str, Item]] = {}

    @property
    def items(self) -> list[Item]:
        """Return all items, in the order of their keys."""
        return [items[name] for _, items in sorted(self._partitions.items()) for name in sorted(items)]

    def put_all(self, items: Iterable[Item]) -> None:
        """Put items as they are, each in the place of the one under its key."""
        for item in items:
            self._partitions.setdefault(item["pk"]["S"], {})[item["sk"]["S"]] = item

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Return the item under a key, if there is one."""
        found = self._found(request["Key"])
        return {} if found is None else {"Item": found}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """Return the items that there are under some keys."""
        found = map(self._found, request["RequestItems"][NAME]["Keys"])
        return {"Responses": {NAME: [item for item in found if item is not None]}}

    def query(self, **request: Any) -> dict[str, Any]:
        """Return the items of a partition whose sort keys begin with a prefix, or all."""
        values = request["ExpressionAttributeValues"]
        if not values.keys() <= {":pk", ":prefix"}:
            raise ValueError(f"the sample reads in no such way: {request['KeyConditionExpression']}")
        items, prefix = self._partitions.get(values[":pk"]["S"], {}), values.get(":prefix", {"S": ""})["S"]
        found = sorted((name for name in items if name.startswith(prefix)), reverse="ScanIndexForward" in request)
        return {"Items": [items[name] for name in found[: request.get("Limit")]]}

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Put an item in the place of the one under its key."""
        self.put_all([request["Item"]])
        return {}

    def delete_item(self, **request: Any) -> dict[str, Any]:
        """Delete the item under a key, if there is one."""
        self._partitions.get(request["Key"]["pk"]["S"], {}).pop(request["Key"]["sk"]["S"], None)
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Change the item under a key, or make it; ValueError for a change that the sample has no need of."""
        item = {**request["Key"], **(self._found(request["Key"]) or {})}
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        for verb, operand in _operands(request["UpdateExpression"]):
            _APPLY[verb](item, operand, names, values)
        self.put_all([item])
        return {}

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        """Make some writes, one after the other."""
        writes: Mapping[str, Callable[..., Any]] = {
            "Put": self.put_item,
            "Update": self.update_item,
            "Delete": self.delete_item,
            "ConditionCheck": lambda **_: None,
        }
        for action in request["TransactItems"]:
            for verb, write in action.items():
                writes[verb](**write)
        return {}

    def _found(self, key: Mapping[str, Any]) -> Item | None:
        return self._partitions.get(key["pk"]["S"], {}).get(key["sk"]["S"])


def _operands(expression: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a change, each with its verb."""
    _, *clauses = _CLAUSES.split(expression)
    for verb, operands in zip(clauses[::2], clauses[1::2], strict=True):
        for operand in operands.split(","):
            yield verb, operand.strip()


def _set(item: Item, operand: str, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
    found = _VALUE.fullmatch(operand)
    if found is None:
        raise ValueError(f"the sample sets nothing in such a way: {operand}")
    item[names.get(found[1], found[1])] = values[found[2]]


def _remove(item: Item, operand: str, names: Mapping[str, str], _values: Mapping[str, Any]) -> None:
    item.pop(names.get(operand, operand), None)


def _add(item: Item, operand: str, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Add a number to an attribute, or texts to a set; one that is missing becomes what is added."""
    spoken, value = operand.split(" ")
    name, ((kind, added),) = names.get(spoken, spoken), values[value].items()
    if kind == _NUMBER:
        item[name] = {_NUMBER: str(int(item.get(name, {_NUMBER: "0"})[_NUMBER]) + int(added))}
    elif kind == _TEXTS:
        item[name] = {_TEXTS: sorted({*item.get(name, {_TEXTS: []})[_TEXTS], *added})}
    else:
        raise ValueError(f"the sample adds nothing of this kind: {operand}")


_APPLY: Mapping[str, Callable[[Item, str, Mapping[str, str], Mapping[str, Any]], None]] = {
    "SET": _set,
    "REMOVE": _remove,
    "ADD": _add,
}
