"""What is stored or sent has names of its own: no codec derives one from the name of a field or of a member."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.golden.values import ROOT

LIBRARY = ROOT / "layers/core/python/earshot"
TREES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for part in ("domain", "adapters", "api", "services")
    for path in sorted((LIBRARY / part).rglob("*.py"))
}
DERIVING = {"asdict", "astuple", "fields", "getattr", "setattr", "vars"}
# What never leaves the process: settings of a survey that a request does not change, the routes of a handler, and the
# registry of personal data, which is compared with the items that are written.
EXEMPT = {
    ("domain/personal_data.py", "fields"),
    ("services/surveys/manage_surveys.py", "getattr"),
    ("api/route.py", "vars"),
}


def enumerations() -> set[str]:
    """Return the names of the enumerations of the library."""
    classes = (node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return {one.name for one in classes if any(ast.unparse(base).endswith("Enum") for base in one.bases)}


def derived(tree: ast.Module, members: set[str]) -> Iterator[str]:
    """Yield what derives a name, or reads one back into a member."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DERIVING:
            yield node.func.id
        if isinstance(node, ast.Attribute) and node.attr in {"__dict__", "__members__"}:
            yield node.attr
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in members:
            yield f"{node.value.id}[...]"
        is_of_name = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
        if is_of_name and ast.unparse(node).endswith((".name.lower", ".name.upper")):
            yield ast.unparse(node)


def test_no_codec_derives_a_name_from_a_field_or_a_member() -> None:
    members = enumerations()
    assert {"StatementKind", "Rank", "InvitationState"} <= members
    found = {(str(path.relative_to(LIBRARY)), what) for path, tree in TREES.items() for what in derived(tree, members)}
    assert found - EXEMPT == set()


def test_every_exemption_is_needed() -> None:
    members = enumerations()
    for name, what in EXEMPT:
        assert what in set(derived(TREES[LIBRARY / Path(name)], members))
