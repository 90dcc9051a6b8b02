"""An import is a resource: it says what was new, is listed, and is undone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from earshot_cli.imports import import_run
from earshot_cli.imports.import_run import new_import_id
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot
from tests.unit.cli.imports.conftest import Import

ROWS = "date,score\n2024-01-05 10:00,9\n2024-01-06 10:00,3\n2024-01-07 10:00,x\n"


def test_the_first_import_reports_new_rows_and_the_second_that_all_are_known(
    earshot: FakeEarshot, import_text: Import
) -> None:
    assert "3 rows read: 2 new, 0 known, 1 rejected." in import_text(ROWS).stdout
    again = import_text(ROWS + "2024-01-08 10:00,7\n")
    assert "4 rows read: 1 new, 2 known, 1 rejected." in again.stdout
    (first, second) = earshot.imports.values()
    assert (first["file"], first["accepted"], first["refused"]) == ("answers.csv", 2, 1)
    assert f"`earshot import undo {second['id']} --survey demo` undoes it" in again.stderr


def test_a_dry_run_is_no_import(earshot: FakeEarshot, import_text: Import) -> None:
    import_text(ROWS, "--dry-run")
    assert not earshot.imports


def test_responses_still_being_recorded_are_reported(
    earshot: FakeEarshot, import_text: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(import_run, "PAUSE_SECONDS", 0.0)
    record = earshot._record

    def slow(*call: object) -> object:
        reply = record(*call)  # type: ignore[arg-type]
        for one in earshot.imports.values():
            one["new"] = 0
        return reply

    monkeypatch.setattr(earshot, "_record", slow)
    result = import_text(ROWS)
    assert "3 rows read: 0 new, 0 known, 1 rejected." in result.stdout
    assert "2 more are still being recorded: `earshot import show answers-" in result.stderr


def test_imports_are_listed_and_shown(earshot: FakeEarshot, run: Run, import_text: Import) -> None:
    earshot.add_survey()
    assert "There are no imports into demo." in run("import", "list", "--survey", "demo").stdout
    import_text(ROWS)
    (import_id,) = (name for _, name in earshot.imports)
    listed = run("import", "list", "--survey", "demo")
    assert (listed.exit_code, import_id in listed.stdout) == (0, True)
    assert run("import", "show", import_id, "--survey", "demo", "--json").stdout.startswith("{")
    assert run("import", "show", "other", "--survey", "demo").exit_code == 1


def test_an_import_is_undone_until_nothing_remains(earshot: FakeEarshot, run: Run, import_text: Import) -> None:
    import_text(ROWS)
    (import_id,) = (name for _, name in earshot.imports)
    earshot.left = [1]
    result = run("import", "undo", import_id, "--survey", "demo", "--yes")
    assert result.exit_code == 0, result.output
    assert f"{import_id} is undone: 2 responses are withdrawn. Its rows can be imported again." in result.stdout
    assert "1 withdrawn, 1 to go" in result.stderr


@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("y\n", 0), (None, 2)])
def test_undoing_takes_a_question(
    earshot: FakeEarshot, run: Run, import_text: Import, typed: str | None, code: int
) -> None:
    import_text(ROWS)
    (import_id,) = (name for _, name in earshot.imports)
    result = run("import", "undo", import_id, "--survey", "demo", typed=typed)
    assert result.exit_code == code
    assert (earshot.imports["demo", import_id]["state"] == "undone") is (code == 0)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Reviews 2026.csv", "reviews-2026-20261129-"),
        ("感想.csv", "import-20261129-"),
        ("a" * 99, "a" * 40 + "-20261129-"),
    ],
)
def test_an_import_is_named_after_its_file_and_its_day(name: str, made: str) -> None:
    first, second = (new_import_id(Path(name), datetime(2026, 11, 29, tzinfo=UTC)) for _ in range(2))
    assert first.startswith(made)
    assert len(first) <= 63
    assert first != second


def test_a_file_may_come_after_its_options(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    Path("answers.csv").write_text(ROWS)
    words = ("--survey", "demo", "--map", "score=score", "--map", "responded_at=date")
    assert run("import", *words, "answers.csv").exit_code == 1
    assert "FILE.csv" in run("import", "--help").stdout


def test_known_rows_are_updated_on_request(earshot: FakeEarshot, import_text: Import) -> None:
    import_text(ROWS)
    assert "3 rows read: 0 new, 2 known (2 updated), 1 rejected." in import_text(ROWS, "--update").stdout
    posted = [body for method, _, _, body in earshot.calls if method == "POST"]
    assert [body.get("update") for body in posted] == [None, True]
