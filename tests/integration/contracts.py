"""The published schemas: what they are about, and what breaks them."""

import ast
import json
from collections.abc import Mapping
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
