"""Functions read the time from the machine's clock, and under `make run` from how far that was moved on."""

import time
from pathlib import Path

import pytest

from earshot import bootstrap
from earshot.config import FURTHEST_AHEAD, clock_ahead
from earshot.domain import ids
from earshot_cli.local import clock as of_the_command
from earshot_cli.local.clock import Clock

THREE_DAYS = 3 * 86_400_000
NO_CLOCKS = ["", "soon", "-1", "1.5", "ÿ", "9" * 5000, str(FURTHEST_AHEAD + 1), "0x10"]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EARSHOT_STAGE", "local")
    monkeypatch.setenv("EARSHOT_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setattr(time, "time_ns", lambda: 5_000_000)
    return tmp_path / "clock"


def test_a_clock_that_was_moved_is_read_each_time(file: Path) -> None:
    assert bootstrap.now() == 5
    Clock(file).move_on(THREE_DAYS)
    assert bootstrap.now() == 5 + THREE_DAYS
    Clock(file).move_on(1)
    assert bootstrap.now() == Clock(file).now == 5 + THREE_DAYS + 1
    assert ids.milliseconds(bootstrap.new_id()) == bootstrap.now()


@pytest.mark.parametrize("stage", ["prod", "dev", ""])
def test_no_stage_but_the_local_one_reads_it(file: Path, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    Clock(file).move_on(THREE_DAYS)
    monkeypatch.setenv("EARSHOT_STAGE", stage)
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("a file was read"))
    assert bootstrap.now() == 5


@pytest.mark.parametrize("path", [None, ""])
def test_without_a_file_none_is_read(file: Path, monkeypatch: pytest.MonkeyPatch, path: str | None) -> None:
    if path is None:
        monkeypatch.delenv("EARSHOT_CLOCK_FILE")
    else:
        monkeypatch.setenv("EARSHOT_CLOCK_FILE", path)
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("a file was read"))
    assert bootstrap.now() == 5


@pytest.mark.parametrize("content", NO_CLOCKS)
def test_a_file_that_is_no_clock_moves_nothing(file: Path, content: str) -> None:
    file.write_text(content, encoding="latin-1")
    assert (bootstrap.now(), Clock(file).ahead) == (5, 0)


def test_a_folder_is_no_clock(file: Path) -> None:
    file.mkdir()
    assert (bootstrap.now(), Clock(file).ahead) == (5, 0)


def test_the_command_and_the_functions_believe_the_same(file: Path) -> None:
    assert of_the_command.FURTHEST_AHEAD == FURTHEST_AHEAD
    Clock(file).move_on(FURTHEST_AHEAD)
    assert Clock(file).ahead == clock_ahead() == FURTHEST_AHEAD
