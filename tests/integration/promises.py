"""What a schema promises, a line a field: the lines are kept, and a schema that breaks one is found."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.integration.contracts import SCHEMAS

Schema = dict[str, Any]

PLACE = SCHEMAS / "promises.v1.txt"
DEFINITIONS = "$defs"
# What names or explains a schema promises nothing, and its fields have lines of their own.
UNPROMISED = ("$schema", "$id", "$defs", "title", "description", "properties", "required")


def promises(name: str, schema: Schema) -> list[str]:
    """Spell out a schema, one line a field: its path, whether it is always there, and its rules."""
    definitions = schema.get("$defs", {})
    lines = list(_promises(schema, name, definitions, is_required=True))
    for key, definition in definitions.items():
        lines += _promises(definition, f"{name}.{DEFINITIONS}.{key}", definitions, is_required=False)
    return lines


def broken_promises(promised: Iterable[str], current: Iterable[str]) -> list[str]:
    """Return the lines that break a promise: those that are gone, and fields that old events cannot have.

    A field may come later, but only one that may be absent. Within a new field others may always be there.
    """
    was, now = set(promised), set(current)
    known = {_path(line) for line in was}
    required = [line for line in now - was if _is_required(line) and _parent(_path(line)) in known]
    return sorted({*(was - now), *required})


def promised_schema(name: str, lines: Iterable[str]) -> Schema:
    """Make a schema of its promises again, without its words: what a consumer of the past validates with."""
    own = [line for line in lines if line.startswith((f"{name} ", f"{name}."))]
    (first, *fields) = sorted(own, key=lambda line: _path(line).count("."))
    whole: Schema = _rules(first)
    for line in fields:
        *above, field = _path(line).removeprefix(f"{name}.").split(".")
        if above == [DEFINITIONS]:
            whole.setdefault(DEFINITIONS, {})[field] = _rules(line)
            continue
        node = _node(whole, above)
        node.setdefault("properties", {})[field] = _rules(line)
        if _is_required(line):
            node.setdefault("required", []).append(field)
    return whole


def least(value: Any, schema: Schema) -> Any:
    """Return of a value what its schema promises to be always there, as the sparsest event of the past had it."""
    if not isinstance(value, dict) or "properties" not in schema:
        return copy.deepcopy(value)
    kept = (name for name in value if name in schema.get("required", ()))
    return {name: least(value[name], schema["properties"][name]) for name in kept}


def _promises(schema: Schema, path: str, definitions: Mapping[str, Schema], *, is_required: bool) -> Iterator[str]:
    meant = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    rules = {key: _without_words(rule) for key, rule in meant.items() if key not in UNPROMISED}
    yield f"{path} {'always' if is_required else 'sometimes'} {json.dumps(rules, sort_keys=True)}"
    for name, field in meant.get("properties", {}).items():
        yield from _promises(field, f"{path}.{name}", definitions, is_required=name in meant.get("required", ()))


def _without_words(rule: Any) -> Any:
    """Return a rule without the descriptions in it; a field of that name has a schema, not a text."""
    if isinstance(rule, dict):
        return {
            key: _without_words(each) for key, each in rule.items() if key != "description" or not isinstance(each, str)
        }
    return [_without_words(each) for each in rule] if isinstance(rule, list) else rule


def _node(whole: Schema, path: list[str]) -> Schema:
    """Return the part of a schema that describes a field, or a definition."""
    if path[:1] == [DEFINITIONS]:
        return _node(whole[DEFINITIONS][path[1]], path[2:])
    for name in path:
        whole = whole["properties"][name]
    return whole


def _path(line: str) -> str:
    return line.split(" ", 1)[0]


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _is_required(line: str) -> bool:
    return line.split(" ", 2)[1] == "always"


def _rules(line: str) -> Schema:
    rules: Schema = json.loads(line.split(" ", 2)[2])
    return rules
