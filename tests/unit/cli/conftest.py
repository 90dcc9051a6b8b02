"""A fake Earshot, and the command run against it as a person would."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from earshot_cli.main import app
from earshot_cli.screen import notes, out
from tests.unit.cli.fake_earshot import KEY, FakeEarshot

Run = Callable[..., Result]


@pytest.fixture
def earshot() -> Iterator[FakeEarshot]:
    fake = FakeEarshot()
    yield fake
    fake.close()


@pytest.fixture
def run(earshot: FakeEarshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("earshot_cli.client.PAUSE_SECONDS", 0)
    for screen in (out, notes):  # rich settles both when it is imported, from whatever the environment then says
        monkeypatch.setattr(screen, "_color_system", None)
        monkeypatch.setattr(screen, "_width", 80)
    for name in ("EARSHOT_URL", "EARSHOT_API_KEY", "EARSHOT_LOCAL_DIR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str, connected: bool = True, typed: str | None = None) -> Result:
        where = {"EARSHOT_URL": earshot.url, "EARSHOT_API_KEY": KEY} if connected else {}
        return CliRunner().invoke(app, list(words), input=typed, env={"COLUMNS": "80", **where})

    return run


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit looks again without waiting."""
    monkeypatch.setattr("earshot_cli.ops.audit.PAUSE_SECONDS", 0)
