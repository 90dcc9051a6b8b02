"""Event patterns, as rules of EventBridge and filters of event source mappings have them."""

from collections.abc import Mapping
from typing import Any

_ABSENT = object()


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Return whether an event fits a pattern: each name of the pattern must have one of its values."""
    if "$or" in pattern:
        rest = {name: each for name, each in pattern.items() if name != "$or"}
        return any(matches(each, event) for each in pattern["$or"]) and matches(rest, event)
    return all(_fits(wanted, event.get(name, _ABSENT)) for name, wanted in pattern.items())


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        return matches(wanted, value if isinstance(value, Mapping) else {})
    values = value if isinstance(value, list) else [value]
    return any(_is_one(each, one) for each in wanted for one in values)


def _is_one(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(wanted == value)
    ((kind, argument),) = wanted.items()
    match kind:
        case "exists":
            return bool(argument) == (value is not _ABSENT)
        case "prefix":
            return isinstance(value, str) and value.startswith(argument)
        case "suffix":
            return isinstance(value, str) and value.endswith(argument)
        case "anything-but":
            return value is not _ABSENT and not _excluded(argument, value)
    raise ValueError(f"a pattern has {kind}, which is not known here")


def _excluded(argument: Any, value: Any) -> bool:
    if isinstance(argument, Mapping):
        return _is_one(argument, value)
    return value in (argument if isinstance(argument, list) else [argument])
