"""A small project folder with one function, for tests that package and read templates."""

from pathlib import Path

import pytest

from earshot_cli.local.settings import Settings


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    (tmp_path / "functions" / "greet").mkdir(parents=True)
    (tmp_path / "functions" / "greet" / "app.py").write_text("GREETING = 'hello'\n")
    (tmp_path / "layers" / "core" / "python" / "earshot").mkdir(parents=True)
    (tmp_path / "layers" / "core" / "python" / "earshot" / "__init__.py").write_text("")
    (tmp_path / "build" / "layer" / "python" / "powertools").mkdir(parents=True)
    (tmp_path / "build" / "layer" / "python" / "powertools" / "__init__.py").write_text("")
    return Settings(8080, "", tmp_path / ".local", tmp_path / "template.yaml", root=tmp_path)
