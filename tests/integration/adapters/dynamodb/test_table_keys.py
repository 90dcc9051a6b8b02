"""Every key of the table and every prefix of one is made in one module."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[4]
KEYS = ROOT / "layers/core/python/earshot/adapters/dynamodb/table_keys.py"
# The registry of personal data describes all keys as patterns; its own test holds them to what the adapters write.
REGISTRY = ROOT / "layers/core/python/earshot/domain/personal_data.py"
SOURCES = sorted(path for top in ("functions", "layers", "cli") for path in (ROOT / top).rglob("*.py"))


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a module but for its docstrings; of an f-string what it begins with."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    sentences = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values[1:]}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in sentences | inside:
            yield node.value


def prefixes() -> set[str]:
    """Return what begins a key: a word in capitals before a hash."""
    return {found[0] for text in texts(KEYS) if (found := re.match(r"[A-Z]+#", text))}


def test_prefixes_are_found() -> None:
    assert {"R#", "C#", "P#", "IM#", "SURVEY#", "DUE#", "I#"} <= prefixes()


def test_no_other_module_begins_a_key() -> None:
    begins = tuple(prefixes())
    strays = {
        f"{path.relative_to(ROOT)}: {text!r}"
        for path in SOURCES
        if path not in {KEYS, REGISTRY}
        for text in texts(path)
        if text.startswith(begins)
    }
    assert strays == set()
