"""The published schemas, and what they promise."""

import ast
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from earshot.api.touchpoints import DETAIL_TYPE as HEARD
from earshot.domain.response import RESPONSE_TYPES
from tests.aws_events import EVENTS

SCHEMAS = EVENTS / "schemas"
CONTRACTS = sorted(path.name.partition(".")[0] for path in SCHEMAS.glob("*.v1.json"))
# What others may put on the bus; everything else is what Earshot says itself.
INCOMING = (HEARD,)
DETAIL_TYPES = [detail_type for detail_type in CONTRACTS if detail_type not in INCOMING]
DOMAIN = EVENTS.parent / "layers/core/python/earshot/domain"


@cache
def schema(detail_type: str) -> dict[str, Any]:
    """Read the schema of a detail-type, outgoing or incoming."""
    read: dict[str, Any] = json.loads((SCHEMAS / f"{detail_type}.v1.json").read_text(encoding="utf-8"))
    return read


def faults(detail_type: str, detail: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the detail of an event; nothing if it keeps its contract."""
    validator = Draft202012Validator(schema(detail_type), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(detail)]


def emitted() -> set[str]:
    """Name every detail-type that the code can make."""
    makers = ("make_event", "_event", "Event")
    sources = [path.read_text(encoding="utf-8") for path in DOMAIN.glob("*events.py")]
    calls = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    firsts = [node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id in makers]
    texts = [part.value for first in firsts for part in ast.walk(first) if isinstance(part, ast.Constant)]
    return {*RESPONSE_TYPES, *(text for text in texts if isinstance(text, str))}


def promises(detail_type: str) -> Iterator[str]:
    """Spell out a schema, one line a field: its path, its rules, and whether it is always there."""
    whole = schema(detail_type)
    yield from (f"{detail_type}.{line}" for line in _promises(whole, "", whole.get("$defs", {})))


def _promises(node: Mapping[str, Any], path: str, definitions: Mapping[str, Any]) -> Iterator[str]:
    required = node.get("required", ())
    for name, field in node.get("properties", {}).items():
        meant = definitions[field["$ref"].rpartition("/")[2]] if "$ref" in field else field
        rules = {key: rule for key, rule in meant.items() if key not in ("description", "properties", "required")}
        presence = "always" if name in required else "sometimes"
        yield f"{path}{name} {presence} {json.dumps(rules, sort_keys=True)}"
        yield from _promises(meant, f"{path}{name}.", definitions)
