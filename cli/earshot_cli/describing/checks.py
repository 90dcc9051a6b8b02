"""What a check lets through, as JSON Schema, from what it says of itself."""

from collections.abc import Callable, Mapping
from typing import Any

Schema = dict[str, Any]
NULL = {"type": "null"}


class DescriptionError(Exception):
    """Something that the document must tell is not described; the sentence says what to add where."""


def schema_of(check: Callable[..., Any]) -> Schema:
    """Give the schema of a check; DescriptionError if it says nothing of itself."""
    described = getattr(check, "schema", None)
    if described is None:
        raise DescriptionError(
            f"The check {check.__qualname__} of {check.__module__} does not say what it lets through: "
            "put @describes(…) of earshot.api.fields above it, then run `make openapi`."
        )
    return _simple({name: _resolved(value) for name, value in described.items()})


def _resolved(value: Any) -> Any:
    if callable(value):
        return schema_of(value)
    if isinstance(value, Mapping):
        return {name: _resolved(each) for name, each in value.items()}
    return [_resolved(each) for each in value] if isinstance(value, list) else value


def _simple(schema: Schema) -> Schema:
    """Write "this or null" in the short way, where the schema without null has a type and no list of values."""
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    match schema.get("anyOf"):
        case [{"type": str(kind)} as inner, {"type": "null"}] if "enum" not in inner:
            return {**inner, **rest, "type": [kind, "null"]}
        case _:
            return schema
