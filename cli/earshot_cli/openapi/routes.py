"""The routes of all functions, as their handlers declare them."""

import importlib.util
import sys
from functools import cache
from types import ModuleType

from earshot.api.route import Route
from earshot_cli.local.settings import ROOT

DEFAULT = "$default"
CONSOLE = "/app"


@cache
def declared() -> dict[str, Route]:
    """Return each route by its key, without the one that takes what no other does."""
    handlers = [handler_of(path.parent.name) for path in sorted((ROOT / "functions").glob("*/app.py"))]
    found = {key: each for handler in handlers for key, each in getattr(handler, "ROUTES", {}).items()}
    return {key: each for key, each in found.items() if key != DEFAULT}


@cache
def described() -> dict[str, Route]:
    """Return each route that the document describes: those of the console are pages and forms, and no API."""
    return {key: each for key, each in declared().items() if not is_of_console(each)}


def is_of_console(each: Route) -> bool:
    """Return whether a route is a page or a form of the console."""
    return each.path == CONSOLE or each.path.startswith(f"{CONSOLE}/")


@cache
def by_name() -> dict[str, Route]:
    """Return each route by its name in generated clients."""
    return {each.name: each for each in declared().values()}


def paths() -> dict[str, tuple[str, ...]]:
    """Return every path with its methods."""
    found: dict[str, set[str]] = {}
    for each in declared().values():
        found.setdefault(each.path, set()).add(each.method)
    return {path: tuple(sorted(methods)) for path, methods in sorted(found.items())}


def paths_module() -> str:
    """Return the source of the module with every path."""
    rows = "".join(f'    "{path}": {_tuple(methods)},\n' for path, methods in paths().items())
    docstring = "Every path and its methods; `make openapi` writes this file from what the handlers declare."
    return f'"""{docstring}"""\n\nPATHS: dict[str, tuple[str, ...]] = {{\n{rows}}}\n'


def handler_of(function: str) -> ModuleType:
    """Import the handler of a function under a name of its own."""
    name = f"handler_{function}"
    spec = importlib.util.spec_from_file_location(name, ROOT / "functions" / function / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError(function)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tuple(methods: tuple[str, ...]) -> str:
    quoted = ", ".join(f'"{method}"' for method in methods)
    return f"({quoted},)" if len(methods) == 1 else f"({quoted})"
