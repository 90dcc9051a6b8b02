"""Sessions that run side by side share the test files, each file once."""

from pathlib import Path

import pytest

from tests.claims import CLAIMS, is_ours, is_taken


def claimed(*files: str) -> list[bool]:
    """Return what a session that begins now gets of these files."""
    is_ours.cache_clear()
    return [is_ours(file) for file in files]


def test_a_file_belongs_to_the_session_that_comes_to_it_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLAIMS, str(tmp_path))

    assert claimed("test_a.py", "test_b.py", "test_a.py") == [True, True, True]
    assert claimed("test_b.py", "test_c.py") == [False, True]
    assert [is_taken(file) for file in ("test_c.py", "test_d.py")] == [True, False]
    is_ours.cache_clear()


def test_files_of_one_name_in_two_folders_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLAIMS, str(tmp_path))

    assert claimed("e2e/test_widget.py") == claimed("browser/test_widget.py") == [True]
    assert is_taken("e2e/test_widget.py")
    is_ours.cache_clear()


def test_a_session_by_itself_has_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CLAIMS, raising=False)

    assert claimed("test_a.py") == claimed("test_a.py") == [True]
    assert not is_taken("test_a.py")
    is_ours.cache_clear()
