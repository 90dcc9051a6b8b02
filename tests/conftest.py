"""Settings of all tests."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings

from tests.claims import is_ours, is_taken

ROOT = Path(__file__).parents[1]
# Each session runs it: it looks back at what all others of a session left in the log.
LAST = "test_session_logs.py"

# Speed is measured in benchmarks, as a ratio. How long one example takes here says how busy the machine is.
settings.register_profile("earshot", deadline=None)
settings.load_profile("earshot")

# Nearly all that is made while tests are collected stays until the end: looking for garbage in it finds none.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage again, but not among what was collected as tests."""
    gc.freeze()
    gc.enable()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what another session has claimed already, so that a session that begins late collects little."""
    return True if collection_path.is_file() and is_taken(_name(collection_path)) else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Leave a test to the session that has claimed its file, where several sessions share them."""
    return None if item.path.name == LAST or is_ours(_name(item.path)) else True


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
