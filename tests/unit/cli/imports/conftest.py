"""Imports of small files into a survey, run as a person would."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.unit.cli.conftest import Run, earshot, run
from tests.unit.cli.fake_earshot import FakeEarshot

__all__ = ["earshot", "run"]

Import = Callable[..., Result]


@pytest.fixture
def import_text(earshot: FakeEarshot, run: Run) -> Import:
    """Import the text of a file whose columns are `date` and `score`, with further words."""
    earshot.add_survey()

    def import_text(text: str, *words: str, survey: str = "demo") -> Result:
        Path("answers.csv").write_text(text, encoding="utf-8", newline="")
        maps = ("--map", "score=score", "--map", "responded_at=date")
        return run("import", "answers.csv", "--survey", survey, *maps, *words)

    return import_text


@pytest.fixture
def scores(earshot: FakeEarshot) -> Callable[[], list[int]]:
    return lambda: [row["score"] for row in earshot.rows.values()]


@pytest.fixture
def times(earshot: FakeEarshot) -> Callable[[], list[str]]:
    return lambda: [row["responded_at"] for row in earshot.rows.values()]
