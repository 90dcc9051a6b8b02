"""Modules in place of MiniStack, which is not installed where the tests run."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import earshot_cli.local


def put_in_place(monkeypatch: pytest.MonkeyPatch, parts: Mapping[str, Mapping[str, Any]]) -> None:
    """Put a module with these attributes in place of each part of MiniStack."""
    for name, attributes in parts.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)


def load_beside(monkeypatch: pytest.MonkeyPatch, name: str, parts: Mapping[str, Mapping[str, Any]]) -> Any:
    """Import a part of the engine's program by its bare name, as the program does, with stand-ins for MiniStack."""
    put_in_place(monkeypatch, parts)
    monkeypatch.syspath_prepend(str(Path(earshot_cli.local.__file__).parent))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module(name)
