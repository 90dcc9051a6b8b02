"""An engine is waited for while it saves, and stopped when it does nothing any more."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from earshot_cli.local import shutdown
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import Engine
from earshot_cli.local.errors import EngineError
from earshot_cli.local.settings import Settings
from earshot_cli.local.shutdown import SAVING, saved

IDLE = "import time; time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); " + IDLE


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds become tenths."""
    for name, seconds in (
        ("LOOK_SECONDS", 0.01),
        ("TRACE_SECONDS", 0.02),
        ("STILL_SECONDS", 0.5),
        ("QUIET_SECONDS", 0.1),
    ):
        monkeypatch.setattr(shutdown, name, seconds)


@pytest.fixture
def idle() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def looks(count: int, state: Path | None = None) -> Iterator[bool]:
    """Return "not gone" so many times, with a longer file in the state at each look."""
    for number in range(count):
        if state:
            (state / "dynamodb.json.tmp").write_text("x" * number)
        yield False
    while True:
        yield True


def test_it_waits_as_long_as_the_state_changes(tmp_path: Path, idle: "subprocess.Popen[bytes]") -> None:
    gone = looks(90, tmp_path)
    assert saved(idle.pid, tmp_path, lambda: next(gone), print)


def test_it_waits_as_long_as_the_processor_is_used(
    tmp_path: Path, idle: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    used = iter(range(10_000))
    monkeypatch.setattr(shutdown, "_traces", lambda *_: next(used))
    gone = looks(90)
    assert saved(idle.pid, tmp_path, lambda: next(gone), print)


def test_it_gives_up_on_one_that_stands_still(tmp_path: Path, idle: "subprocess.Popen[bytes]") -> None:
    assert not saved(idle.pid, tmp_path, lambda: False, print)


def test_it_gives_up_on_one_that_never_ends(
    tmp_path: Path, idle: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutdown, "SAVE_SECONDS", 0.3)
    gone = looks(10_000, tmp_path)
    assert not saved(idle.pid, tmp_path, lambda: next(gone), print)


def test_saving_is_reported_once_and_not_at_all_if_it_is_quick(tmp_path: Path, idle: "subprocess.Popen[bytes]") -> None:
    sent: list[str] = []
    saved(idle.pid, tmp_path, lambda: True, sent.append)
    assert sent == []
    saved(idle.pid, tmp_path, lambda: False, sent.append)
    assert sent == [SAVING]


def test_a_state_that_was_never_written_is_no_fault(tmp_path: Path) -> None:
    assert shutdown._files(tmp_path / "none") == []


def test_an_engine_that_cannot_save_is_killed_and_that_is_reported(
    project: Settings, idle: "subprocess.Popen[bytes]"
) -> None:
    project.scratch.mkdir(parents=True)
    with pytest.raises(EngineError, match="what it had not saved is lost"):
        Engine(project, idle, Endpoint("http://127.0.0.1:1", "token")).stop(print)
    assert idle.returncode == -9
    assert not project.scratch.exists()
