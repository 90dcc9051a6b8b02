"""Settings of all tests."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings

from tests.claims import Claims

ROOT = Path(__file__).parents[1]
# Each session runs it: it looks back at what all others of a session left in the log.
LAST = "test_session_logs.py"
FILES = Claims.of_this_session()

# Speed is measured in benchmarks, as a ratio. How long one example takes here says how busy the machine is.
settings.register_profile("earshot", deadline=None)
settings.load_profile("earshot")
# For a longer look at one file: pytest FILE --hypothesis-profile thorough
settings.register_profile("thorough", deadline=None, max_examples=10_000)

# Nearly all that is made while tests are collected stays until the end: looking for garbage in it finds none.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage again, but not among what was collected as tests."""
    gc.freeze()
    gc.enable()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what another session has claimed already, so that a session that begins late collects little."""
    return True if collection_path.is_file() and FILES.is_taken(_name(collection_path)) else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests of the files that this session claims, where several sessions share them.

    The next file is claimed before the last test of a file ends, since a test tears down what its successor lacks.
    """
    if not FILES.are_shared or session.testsfailed or session.config.option.collectonly:
        return None
    ours = (item for item in session.items if item.path.name == LAST or FILES.is_ours(_name(item.path)))
    item = next(ours, None)
    while item is not None:
        following = next(ours, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
