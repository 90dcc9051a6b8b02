"""Schemas as AsyncAPI's tools read them: our contracts are JSON Schema 2020-12, AsyncAPI's own dialect is draft 07."""

from collections.abc import Iterator
from typing import Any

from earshot_cli.asyncapi.errors import DescriptionError

Schema = dict[str, Any]

# Keywords with the same meaning in both drafts, by what they hold.
PLAIN = frozenset({
    "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    "required", "title", "description",
})  # fmt: skip
ONE = frozenset({"additionalProperties", "propertyNames", "not", "if", "then", "else", "contains"})
LISTS = frozenset({"allOf", "anyOf", "oneOf"})
REFERENCE = "#/$defs/"
# Draft 07 has no format for a UUID.
UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def payload_schemas(name: str, schema: Schema) -> dict[str, Schema]:
    """Return the schema of a type under its name, and each of its definitions under `<name>.<definition>`.

    They refer to each other as components of the document. The `$id` becomes an extension: as a base it would lead
    the references astray.
    """
    whole = {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$defs")}
    definitions = {f"{name}.{key}": _converted(each, name) for key, each in schema.get("$defs", {}).items()}
    return {name: _converted(whole, name) | {"x-schema-id": schema["$id"]}, **definitions}


def _converted(schema: Any, name: str) -> Any:
    """Return a schema in draft 07; DescriptionError for a keyword that is not known to mean the same there."""
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema:
        return _reference(schema, name)
    return dict(pair for key in schema for pair in _keyword(key, schema, name))


def _reference(schema: Schema, name: str) -> Schema:
    """Return a reference to a component: draft 07 ignores whatever stands next to one, so nothing may."""
    target = schema["$ref"]
    if list(schema) != ["$ref"] or not target.startswith(REFERENCE):
        raise DescriptionError(f"{name}: {schema} must be a reference to one of $defs, and nothing else")
    return {"$ref": f"#/components/schemas/{name}.{target.removeprefix(REFERENCE)}"}


def _keyword(key: str, schema: Schema, name: str) -> Iterator[tuple[str, Any]]:
    value = schema[key]
    if key in PLAIN:
        yield key, value
        if (key, value) == ("format", "uuid") and "pattern" not in schema:
            yield "pattern", UUID
    elif key in ONE:
        yield key, _converted(value, name)
    elif key in LISTS:
        yield key, [_converted(each, name) for each in value]
    elif key == "properties":
        yield key, {field: _converted(each, name) for field, each in value.items()}
    elif key == "prefixItems":
        yield "items", [_converted(each, name) for each in value]
    elif key == "items":
        yield "additionalItems" if "prefixItems" in schema else "items", _converted(value, name)
    else:
        raise DescriptionError(f"{name}: add to payload_schemas.py what draft 07 has for {key!r}")
