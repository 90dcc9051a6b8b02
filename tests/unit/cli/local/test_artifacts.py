"""Packages are the same bytes for the same files."""

import io
import os
import zipfile

import pytest

from earshot_cli.local.artifacts import function_artifact, layer_artifact
from earshot_cli.local.errors import TemplateError
from earshot_cli.local.settings import Settings


def names(package: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(package)).namelist()


def test_a_function_is_packed_with_its_neighbouring_files_but_no_caches(project: Settings) -> None:
    folder = project.root / "functions" / "greet"
    (folder / "words.json").write_text("{}")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "app.cpython-311.pyc").write_bytes(b"")
    assert names(function_artifact(project, "functions/greet").pack()) == ["app.py", "words.json"]


def test_the_same_files_make_the_same_bytes_whenever_they_were_written(project: Settings) -> None:
    before = function_artifact(project, "functions/greet")
    packed, key = before.pack(), before.key
    os.utime(project.root / "functions" / "greet" / "app.py", (0, 0))
    after = function_artifact(project, "functions/greet")
    assert (after.pack(), after.key) == (packed, key)


def test_an_edit_changes_the_key(project: Settings) -> None:
    before = function_artifact(project, "functions/greet").key
    (project.root / "functions" / "greet" / "app.py").write_text("GREETING = 'hallo'\n")
    assert function_artifact(project, "functions/greet").key != before


def test_the_layer_holds_the_library_and_its_dependencies(project: Settings) -> None:
    package = layer_artifact(project, "layers/core/python").pack()
    assert names(package) == ["python/earshot/__init__.py", "python/powertools/__init__.py"]


def test_a_function_that_is_not_there_is_named(project: Settings) -> None:
    with pytest.raises(TemplateError, match=r"functions/part/app\.py"):
        function_artifact(project, "functions/part")


def test_a_layer_that_was_not_built_is_named(project: Settings) -> None:
    (project.root / "build").rename(project.root / "gone")
    with pytest.raises(TemplateError, match="make build"):
        layer_artifact(project, "layers/core/python")
