"""No module imports, over any number of others, one that imports it: also not for its types alone, nor when called."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The folders from which modules are imported, and the names that they are imported by.
SOURCES = {"layers/core/python": "earshot", "cli": "earshot_cli", ".": "functions"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    imports = {name: frozenset(imported_by(name, path)) for name, path in MODULES.items()}
    assert [" -> ".join(circle) for circle in circles(imports)] == []


def test_a_circle_is_found() -> None:
    imports = {"a": frozenset("b"), "b": frozenset("cd"), "c": frozenset("a"), "d": frozenset("c"), "e": frozenset("a")}
    assert circles(imports) == [["a", "b", "c", "d"]]
    assert circles(imports | {"c": frozenset[str]()}) == []


def modules() -> dict[str, Path]:
    """Return the path of each module of functions, layer and command by its dotted name."""
    found = {}
    for folder, package in SOURCES.items():
        for path in sorted((ROOT / folder / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT / folder).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imported_by(name: str, path: Path) -> Iterator[str]:
    """Yield the modules that a module imports, wherever in it."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            source = ".".join(part for part in (start, node.module) if part)
            for alias in node.names:
                target = f"{source}.{alias.name}" if f"{source}.{alias.name}" in MODULES else source
                if target in MODULES:
                    yield target


def circles(imports: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Return the groups of modules that reach one another (strongly connected components of more than one)."""
    reached = {name: reachable(name, imports) for name in imports}
    groups = {frozenset(other for other in reached[name] if name in reached[other]) for name in imports}
    return sorted(sorted(group) for group in groups if group)


def reachable(name: str, imports: Mapping[str, frozenset[str]]) -> set[str]:
    """Return the modules that a module imports, directly or over others."""
    found: set[str] = set()
    waiting = list(imports[name])
    while waiting:
        if (module := waiting.pop()) not in found:
            found.add(module)
            waiting += imports.get(module, ())
    return found
