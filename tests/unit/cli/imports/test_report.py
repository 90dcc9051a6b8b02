"""Refused rows come back as a file that is fixed and imported again."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_cli.imports.csv_file import guarded, unguarded
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot
from tests.unit.cli.imports.conftest import Import
from tests.unit.cli.imports.test_notations import QUALTRICS

MAPS = ("--survey", "demo", "--map", "score=score", "--map", "responded_at=date")


def rows_of(path: str, delimiter: str = ",") -> list[list[str]]:
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file, delimiter=delimiter))


def fix(path: str, old: str, new: str) -> None:
    text = Path(path).read_text(encoding="utf-8-sig")
    assert old in text
    Path(path).write_text(text.replace(old, new), encoding="utf-8-sig", newline="")


def test_a_report_is_fixed_and_imported_with_the_same_command(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    text = "date;score;note\n2024-01-05 10:00;9;a\n2024-01-05 10:01;nine;b\n2024-01-05 10:02;?;c\n"
    import_text(text, "--report", "refused.csv", "--property", "note")
    assert [row[:2] + row[3:] for row in rows_of("refused.csv", ";")] == [
        ["earshot_row", "earshot_reason", "date", "score", "note"],
        ["2", 'score: "nine" is not a whole number from 0 to 10', "2024-01-05 10:01", "nine", "b"],
        ["3", 'score: "?" is not a whole number from 0 to 10', "2024-01-05 10:02", "?", "c"],
    ]
    fix("refused.csv", ";nine;", ";9;")
    again = run("import", "refused.csv", *MAPS, "--report", "still.csv", "--property", "note")
    assert "2 rows read: 1 new, 0 known, 1 rejected." in again.stdout
    assert rows_of("still.csv", ";")[1][0] == "3"
    fix("still.csv", ";?;", ";3;")
    for _ in range(2):
        assert run("import", "still.csv", *MAPS, "--property", "note").exit_code == 0
    assert [(row["score"], row["properties"]) for row in earshot.rows.values()] == [
        (9, {"note": "a"}),
        (9, {"note": "b"}),
        (3, {"note": "c"}),
    ]


def test_a_fixed_row_that_equals_an_accepted_one_is_a_response_of_its_own(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    import_text("date,score\n2024-01-05,9\n2024-01-05,9!\n2024-01-05,9?\n", "--report", "refused.csv", "--yes")
    fix("refused.csv", ",9!", ",9")
    fix("refused.csv", ",9?", ",9")
    for _ in range(2):
        assert run("import", "refused.csv", *MAPS, "--yes").exit_code == 0
    assert len(earshot.rows) == 3


def test_no_cell_of_a_report_is_run_as_a_formula_and_each_comes_back_as_it_was(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    comments = ["=1+1", "+44 20", "-5 points", "@SUM(1)", "'=2", "'quoted'", "plain", "\tx"]
    rows = [f'2024-01-05 10:0{at},x,"{comment}"' for at, comment in enumerate(comments)]
    import_text("\n".join(["date,score,=why", *rows, ""]), "--map", "comment==why", "--report", "refused.csv")
    written = rows_of("refused.csv")
    assert [cell for row in written for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))] == []
    assert written[1][-1] == "'=1+1"
    fix("refused.csv", ",x,", ",9,")
    result = run("import", "refused.csv", *MAPS, "--map", "comment==why")
    assert result.exit_code == 0, result.output
    assert [row["comment"] for row in earshot.rows.values()] == [comment.strip() for comment in comments]


@given(st.text(alphabet="'=+-@\t\r\na", max_size=6))
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert guarded(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}
    assert unguarded(guarded(cell)) == cell


def test_an_apostrophe_of_another_file_stays(earshot: FakeEarshot, import_text: Import) -> None:
    import_text("date,score,why\n2024-01-05 10:00,9,'=x\n", "--map", "comment=why")
    assert [row["comment"] for row in earshot.rows.values()] == ["'=x"]


def test_rows_that_are_too_short_or_too_long_stay_so_until_they_are_fixed(run: Run, import_text: Import) -> None:
    import_text("date,score,a\n2024-01-05 10:00,9\n2024-01-05 10:01,9,x,y\n", "--report", "refused.csv")
    again = run("import", "refused.csv", *MAPS)
    assert "2 rows read: 0 new, 0 known, 2 rejected." in again.stdout
    assert "2 cells under a header of 3" in again.stdout
    assert "4 cells under a header of 3" in again.stdout


def test_what_the_api_refuses_is_in_the_report_too(earshot: FakeEarshot, run: Run, import_text: Import) -> None:
    text = f"date,score,why\n2024-01-05 10:00,9,{'x' * 101}\n2024-01-05 10:01,8,fine\n"
    import_text(text, "--map", "comment=why", "--report", "refused.csv")
    assert rows_of("refused.csv")[1][:2] == ["1", "why: has more than 100 characters"]
    fix("refused.csv", "x" * 101, "short")
    assert run("import", "refused.csv", *MAPS, "--map", "comment=why").exit_code == 0
    assert [row["comment"] for row in earshot.rows.values()] == ["fine", "short"]


@pytest.mark.parametrize("first", ["sep=;\n", ""])
def test_a_report_keeps_all_header_rows_and_the_line_of_the_delimiter(
    earshot: FakeEarshot, run: Run, first: str
) -> None:
    earshot.add_survey()
    rows = list(csv.reader(QUALTRICS.replace(",9,Promoter", ",?,Promoter").splitlines()))
    with Path("answers.csv").open("w", newline="") as file:
        file.write(first)
        csv.writer(file, delimiter=";").writerows(rows)
    maps = ("--map", "score=Q1", "--map", "responded_at=RecordedDate")
    done = run("import", "answers.csv", "--survey", "demo", *maps, "--report", "refused.csv")
    assert "2 rows read: 1 new, 0 known, 1 rejected." in done.stdout, done.output
    fix("refused.csv", ";?;", ";9;")
    again = run("import", "refused.csv", "--survey", "demo", *maps)
    assert "1 row read: 1 new, 0 known, 0 rejected." in again.stdout, again.output
    assert [row["score"] for row in earshot.rows.values()] == [3, 9]


LABELS = ("--label", "Extremely likely=10", "--label", "Very likely=10")


def import_report(run: Run, *words: str, path: str = "refused.csv") -> str:
    return run("import", path, *MAPS, "--yes", *words).stdout


@pytest.mark.parametrize(
    ("text", "words", "new"),
    [
        # The score, by a label; days without a time and without comments are equal but for their score.
        ("2024-01-05,9,a\n2024-01-06,3,b\n2024-01-07,Extremely likely,c\n", LABELS, 1),
        ("2024-01-05,10,a\n2024-01-05,Extremely likely,a\n2024-01-05,Very likely,a\n2024-01-05,10,a\n", LABELS, 2),
        ("2024-01-05,Extremely likely,a\n2024-01-05,Extremely likely,a\n2024-01-05,9,a\n", LABELS, 2),
    ],
)
def test_a_row_that_an_option_fixes_is_known_in_the_next_export_of_its_rows(
    earshot: FakeEarshot, run: Run, import_text: Import, text: str, words: tuple[str, ...], new: int
) -> None:
    import_text("date,score,why\n" + text, "--report", "refused.csv", "--yes")
    rows = text.count("\n")
    assert f"{new} rows read: {new} new, 0 known, 0 rejected.".replace("1 rows", "1 row") in import_report(run, *words)
    assert f" 0 new, {new} known, 0 rejected." in import_report(run, *words)
    again = import_text("date,score,why\n" + text + "2024-02-01,5,d\n", *words, "--yes").stdout
    assert f"{rows + 1} rows read: 1 new, {rows} known, 0 rejected." in again
    assert len(earshot.rows) == rows + 1


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("1/7/2024", ("--date-format", "mdy")),
        ("2024-01-07 10:00 Uhr", ("--date-format", "%Y-%m-%d %H:%M Uhr")),
    ],
)
def test_a_date_that_an_option_fixes_is_known_in_the_next_export(
    earshot: FakeEarshot, run: Run, import_text: Import, date: str, words: tuple[str, ...]
) -> None:
    text = f"date,score,why\n{date},9,a\n{date},9,a\n"
    import_text(text, "--report", "refused.csv", "--yes")
    assert "2 rows read: 2 new, 0 known, 0 rejected." in import_report(run, *words)
    assert "3 rows read: 1 new, 2 known, 0 rejected." in import_text(f"{text}{date},3,a\n", *words, "--yes").stdout


def test_a_date_that_an_option_fixes_is_refused_where_an_accepted_row_may_equal_it(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    text = "date,score,why\n2024-01-07,9,a\n1/7/2024,9,b\n1/7/2024,3,c\n"
    import_text(text, "--report", "refused.csv", "--yes")
    output = run("import", "refused.csv", *MAPS, "--yes", "--date-format", "mdy", "--report", "still.csv").stdout
    assert "2 rows read: 1 new, 0 known, 1 rejected." in output
    assert "import that file again" in " ".join(output.split())
    assert "1 row read: 0 new, 0 known, 1 rejected." in import_report(run, "--date-format", "mdy", path="still.csv")
    assert "1 new" not in import_text(text, "--date-format", "mdy", "--yes").stdout


def test_the_reports_of_a_report_know_what_both_imports_accepted(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    text = "date,score,why\n2024-01-05,Very likely,a\n2024-01-05,Extremely likely,b\n2024-01-05,10,c\n"
    import_text(text, "--report", "refused.csv", "--yes")
    assert "1 new, 0 known, 1 rejected" in import_report(run, *LABELS[:2], "--report", "still.csv")
    assert "1 new, 0 known, 0 rejected" in import_report(run, *LABELS, path="still.csv")
    assert "3 rows read: 0 new, 3 known, 0 rejected." in import_text(text, *LABELS, "--yes").stdout
    assert len(earshot.rows) == 3


def test_a_row_whose_score_an_editor_fixed_stays_apart_from_its_equals(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    text = "date,score,why\n2024-01-05,10,a\n2024-01-05,Extremely likely,b\n2024-01-05,?,c\n"
    import_text(text, "--report", "refused.csv", "--yes")
    fix("refused.csv", ",?,", ",10,")
    for new in (2, 0):
        assert f"2 rows read: {new} new, {2 - new} known, 0 rejected." in import_report(run, *LABELS)
    assert "3 rows read: 0 new, 2 known, 1 rejected." in import_text(text, *LABELS, "--yes").stdout
    assert len(earshot.rows) == 3


def test_a_fixed_property_does_not_make_another_response(earshot: FakeEarshot, run: Run, import_text: Import) -> None:
    text = f"date,score,plan\n2024-01-05,10,pro\n2024-01-05,10,{'x' * 300}\n"
    import_text(text, "--report", "refused.csv", "--yes", "--property", "plan")
    fix("refused.csv", "x" * 300, "basic")
    assert "1 new, 0 known, 0 rejected" in import_report(run, "--property", "plan")
    fixed = import_text(text.replace("x" * 300, "basic"), "--yes", "--property", "plan").stdout
    assert "2 rows read: 0 new, 2 known, 0 rejected." in fixed


def test_what_the_api_refused_and_takes_later_is_known_in_the_next_export(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    text = f"date,score,why\n2024-01-05 10:00,9,{'x' * 101}\n2024-01-05 10:01,8,fine\n"
    words = ("--map", "comment=why")
    import_text(text, *words, "--report", "refused.csv")
    earshot.longest_comment = 1_000
    assert "1 new, 0 known, 0 rejected" in import_report(run, *words)
    assert "2 rows read: 0 new, 2 known, 0 rejected." in import_text(text, *words).stdout


def test_a_report_that_a_spreadsheet_saved_knows_its_rows_by_their_instant(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    text = "date,score\n2024-01-05 10:00,Extremely likely\n2024-01-05 11:00,9\n"
    import_text(text, "--report", "refused.csv")
    fix("refused.csv", "2024-01-05 10:00", "05.01.2024 10:00")
    assert "1 new" in import_report(run, *LABELS, "--date-format", "dmy")
    assert "2 rows read: 0 new, 2 known, 0 rejected." in import_text(text, *LABELS).stdout


def test_a_report_of_an_import_that_stopped_holds_the_rows_refused_until_then(
    earshot: FakeEarshot, run: Run, import_text: Import
) -> None:
    result = import_text('date,score\n2024-01-05 10:00,?\n2024-01-05 11:00,"9" x\n', "--report", "refused.csv")
    assert result.exit_code == 1
    assert [row[0] for row in rows_of("refused.csv")] == ["earshot_row", "1"]
