"""The functions as they are written: their routes, and the variables they read."""

import ast
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from earshot.domain.submission_queues import QUEUE_CONTRACTS
from tests.integration.template.stack import ROOT

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
LIBRARY = ROOT / "layers/core/python/earshot"
QUEUES_AND_SETTINGS = ("setting", "secret", "task_queue", "submission_queue")


def load(function: str) -> Any:
    """Import a function's app.py under a name of its own."""
    name = f"handler_{function}"
    spec = importlib.util.spec_from_file_location(name, ROOT / "functions" / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def variables_read(function: str) -> set[str]:
    """Name the variables that a function's code can ask for, through whatever it takes from the bootstrap."""
    return set(_read(_parsed(f"functions/{function}/app.py"), seen=set()))


def variables_read_anywhere() -> set[str]:
    """Name every EARSHOT_ variable that the library or a function spells out."""
    paths = [*LIBRARY.rglob("*.py"), *(ROOT / "functions").glob("*/app.py")]
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if text.startswith("EARSHOT_") and " " not in text}


def _read(tree: ast.AST, seen: set[str]) -> Iterator[str]:
    """Follow calls of `setting` and `is_local`, and the makers of the bootstrap."""
    for node in ast.walk(tree):
        for maker in _made_by(node):
            if maker in _makers() and maker not in seen:
                seen.add(maker)
                yield from _read(_makers()[maker], seen)
        if isinstance(node, ast.Name) and node.id == "QUEUE_CONTRACTS":
            yield from (queue.setting for queue in QUEUE_CONTRACTS)
        if isinstance(node, ast.Call) and _name(node.func) in QUEUES_AND_SETTINGS:
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))
        elif isinstance(node, ast.Call) and _name(node.func) == "is_local":
            yield "EARSHOT_STAGE"


def _made_by(node: ast.AST) -> list[str]:
    """Name what may be a maker: it is called, or handed on to what may call it."""
    if isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        return [_name(node.func), *(_name(argument) for argument in given)]
    return [node.attr] if isinstance(node, ast.Attribute) else []


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@cache
def _makers() -> Mapping[str, ast.FunctionDef]:
    tree = _parsed("layers/core/python/earshot/bootstrap.py")
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))
