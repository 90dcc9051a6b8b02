"""Sessions that run side by side share the test files, each file once."""

from pathlib import Path

from tests.claims import Claims


def claimed(claims: Claims, *files: str) -> list[bool]:
    return [claims.is_ours(file) for file in files]


def test_a_file_belongs_to_the_session_that_comes_to_it_first(tmp_path: Path) -> None:
    first, second = Claims(tmp_path), Claims(tmp_path)

    assert claimed(first, "test_a.py", "test_b.py", "test_a.py") == [True, True, True]
    assert claimed(second, "test_b.py", "test_c.py") == [False, True]
    assert [first.is_taken(file) for file in ("test_c.py", "test_d.py")] == [True, False]


def test_files_of_one_name_in_two_folders_are_two(tmp_path: Path) -> None:
    first, second = Claims(tmp_path), Claims(tmp_path)

    assert claimed(first, "e2e/test_widget.py") == claimed(second, "browser/test_widget.py") == [True]
    assert second.is_taken("e2e/test_widget.py")


def test_a_session_by_itself_has_every_file() -> None:
    first, second = Claims(None), Claims(None)

    assert claimed(first, "test_a.py") == claimed(second, "test_a.py") == [True]
    assert not first.are_shared
    assert not first.is_taken("test_a.py")
