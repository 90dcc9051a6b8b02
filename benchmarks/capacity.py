"""DynamoDB's documented size rules: how large an item is, and what writing and reading it costs."""

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

WRITE_BLOCK = 1024
READ_BLOCK = 4096


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the size of an item: its names and its values."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def write_units(size: int, *, transactional: bool) -> int:
    """Charge one unit a KB begun, twice in a transaction."""
    return max(1, ceil(size / WRITE_BLOCK)) * (2 if transactional else 1)


def index_units(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, key: Iterable[str]) -> int:
    """Charge for the change to what an index stores of an item, None where it stores nothing.

    A unit a KB begun for an entry that comes, goes, or changes in what is projected; an entry whose key changes goes
    and comes. A transaction makes none of it dearer.
    """
    if before == after:
        return 0
    sizes = [item_bytes(entry) for entry in (before, after) if entry is not None]
    is_moved = before is not None and after is not None and any(before.get(name) != after.get(name) for name in key)
    return sum(write_units(size, transactional=False) for size in (sizes if is_moved else [max(sizes)]))


def read_units(size: int, *, consistent: bool) -> float:
    """Charge one unit for each 4 KB begun of all that a call read, half if it may be a moment old."""
    return max(1, ceil(size / READ_BLOCK)) * (1.0 if consistent else 0.5)


def _value_bytes(value: Mapping[str, Any]) -> int:
    match value:
        case {"S": text}:
            return len(text.encode())
        case {"N": number}:
            return _number_bytes(number)
        case {"SS": texts}:
            return sum(len(text.encode()) for text in texts)
        case {"L": elements}:
            return 3 + sum(1 + _value_bytes(element) for element in elements)
        case {"M": members}:
            return 3 + sum(1 + len(name.encode()) + _value_bytes(member) for name, member in members.items())
    if value.keys() <= {"BOOL", "NULL"}:
        return 1
    raise ValueError(f"there is no size rule here for {value}")


def _number_bytes(text: str) -> int:
    """Count a byte for every two significant digits and one more; a sign takes another."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return ceil(len(digits) / 2) + 1 + text.startswith("-")
