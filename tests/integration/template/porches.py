"""The functions as they are written: their routes, and the variables they read."""

import ast
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.integration.template.stack import ROOT

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
LIBRARY = ROOT / "layers/core/python/earshot"
BOOTSTRAPS = ("bootstrap", "bootstrap_mail", "asking_bootstrap", "widget_bootstrap")


def load(function: str) -> Any:
    """Import a function's app.py under a name of its own."""
    name = f"porch_{function}"
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
        if isinstance(node, ast.Attribute) and node.attr in _makers() and node.attr not in seen:
            # Handed on without being called: whatever takes it may call it.
            seen.add(node.attr)
            yield from _read(_makers()[node.attr], seen)
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("setting", "task_queue"):
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))
        elif called == "is_local":
            yield "EARSHOT_STAGE"
        elif called in _makers() and called not in seen:
            seen.add(called)
            yield from _read(_makers()[called], seen)


@cache
def _makers() -> Mapping[str, ast.FunctionDef]:
    trees = [_parsed(f"layers/core/python/earshot/{name}.py") for name in BOOTSTRAPS]
    return {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))
