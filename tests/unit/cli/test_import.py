"""`earshot import` from the keyboard to the server."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from earshot_cli.imports.columns import columns_from
from earshot_cli.imports.csv_file import CsvFile
from earshot_cli.imports.file_import import FileImport
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "data" / "airline-seat-reviews.csv"
MAPPED = ("--survey", "demo", "--map", "score=score", "--map", "responded_at=date", "--yes")


def written(text: str, name: str = "answers.csv") -> str:
    Path(name).write_bytes(text.encode())
    return name


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample ../shared/data/airline-seat-reviews.csv is not here")
def test_the_sample_is_imported_completely_and_a_second_import_adds_nothing(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    words = (
        "import",
        str(SAMPLE),
        *MAPPED,
        "--map",
        "person=respondent",
        "--segment",
        "airline",
        "--segment",
        "cabin",
    )
    first = run(*words)
    ids = list(earshot.rows)
    second = run(*words)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "1,231 rows read: 1,231 new, 0 known, 0 rejected." in first.stdout
    assert list(earshot.rows) == ids
    groups = Counter("promoter" if s >= 9 else "passive" if s >= 7 else "detractor" for s in (
        row["score"] for row in earshot.rows.values()))  # fmt: skip
    assert groups == {"promoter": 148, "passive": 233, "detractor": 850}
    assert run("audit", "demo").exit_code == 0


def test_a_row_becomes_a_response_with_what_is_mapped_and_nothing_for_empty_cells(
    earshot: FakeEarshot, run: Run
) -> None:
    earshot.add_survey(timezone="Europe/Berlin")
    file = written("date;score;why;who;where;plan;team\n2015-08-02;9;Nice;p1;web;pro;\n2015-01-02 03:04;0;;;;;\n")
    words = ("--map", "comment=why", "--map", "person=who", "--map", "channel=where", "--segment", "plan")
    result = run("import", file, *MAPPED, *words, "--property", "team")
    assert result.exit_code == 0, result.output
    first, second = earshot.posted()[0]
    assert {name: value for name, value in first.items() if name != "id"} == {
        "score": 9,
        "responded_at": "2015-08-01T22:00:00.000Z",
        "comment": "Nice",
        "person": "p1",
        "channel": "web",
        "properties": {"plan": "pro"},
    }
    assert second.keys() == {"id", "score", "responded_at"}
    assert second["responded_at"] == "2015-01-02T02:04:00.000Z"


def test_history_is_published_only_on_request(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    file = written("date,score\n2015-08-02,9\n")
    run("import", file, *MAPPED)
    run("import", file, *MAPPED, "--announce")
    assert [body["announce"] for method, *_, body in earshot.calls if method == "POST"] == [False, True]


def test_segments_are_added_to_the_existing_ones_before_the_import(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(segments=["plan"])
    file = written("date,score,plan,cabin\n2015-08-02,9,pro,Economy\n")
    run("import", file, *MAPPED, "--segment", "plan", "--segment", "cabin")
    methods = [method for method, *_ in earshot.calls]
    assert methods == ["GET", "PATCH", "PUT", "POST", "PUT", "GET"]
    assert earshot.calls[1][3] == {"segments": ["plan", "cabin"]}


def test_a_dry_run_checks_every_row_and_changes_nothing(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    result = run(
        "import",
        written("date,score\n2015-08-02,9\n2015-08-02,x\n"),
        *MAPPED,
        "--dry-run",
        "--segment",
        "date",
    )
    assert result.exit_code == 1
    assert "nothing was stored: 2 rows read, 1 good, 1 rejected." in result.stdout
    assert [(method, query) for method, _, query, _ in earshot.calls] == [("GET", {}), ("POST", {"check": "true"})]
    assert not earshot.rows


def test_refused_rows_are_named_by_line_row_column_and_reason_and_the_rest_is_accepted(
    earshot: FakeEarshot, run: Run
) -> None:
    earshot.add_survey()
    rows = ['2015-08-01,9,"two\nlines"', "2015-08-02,11,", "02/08/2015,9.5,", "", "2015-08-03,7,," + ",extra"]
    file = written("date,score,comment\n" + "\n".join(rows) + "\n2015-08-04,8," + "x" * 101 + "\n2015-08-05,1,bad\n")
    result = run("import", file, *MAPPED, "--map", "comment=comment", "--report", "refused.csv")
    assert result.exit_code == 1
    assert "6 rows read: 2 new, 0 known, 4 rejected." in result.stdout
    with Path("refused.csv").open(newline="", encoding="utf-8-sig") as report:
        assert sorted(row[:2] + row[3:] for row in csv.reader(report)) == [
            ["2", 'score: "11" is not a whole number from 0 to 10', "2015-08-02", "11", ""],
            [
                "3",
                (
                    'score: "9.5" is not a whole number from 0 to 10; '
                    'date: "02/08/2015" is not a date such as 2015-08-02 or 2015-08-02T10:00:00Z'
                ),
                *("02/08/2015", "9.5", ""),
            ],
            ["4", "5 cells under a header of 3", "2015-08-03", "7", "", "", "extra"],
            ["5", "comment: has more than 100 characters", "2015-08-04", "8", "x" * 101],
            ["earshot_row", "earshot_reason", "date", "score", "comment"],
        ]
    assert [row["score"] for row in earshot.rows.values()] == [9, 1]


def test_one_row_is_one_row(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    file = written("date,score\n2015-08-02,9\n")
    assert "1 row read: 1 new, 0 known, 0 rejected." in run("import", file, *MAPPED).stdout
    assert "1 row read, 1 good, 0 rejected." in run("import", file, *MAPPED, "--dry-run").stdout


def test_a_person_whose_id_only_looks_like_anothers_is_refused_with_what_nobody_sees(
    earshot: FakeEarshot, run: Run
) -> None:
    earshot.add_survey()
    file = written("date,score,who\n2015-08-02,9,c-1\n2015-08-02,9,c\u200b-1\n")
    for more in ((), ("--dry-run",)):
        result = run("import", file, *MAPPED, "--map", "person=who", *more)
        assert result.exit_code == 1
        assert "it contains U+200B, which is invisible" in " ".join(result.stdout.split())
    assert [row["person"] for row in earshot.rows.values()] == ["c-1"]


def test_without_a_report_the_screen_shows_the_first_refused_rows_and_how_many_more(
    earshot: FakeEarshot, run: Run
) -> None:
    earshot.add_survey()
    result = run("import", written("date,score\n" + "2015-08-02,?\n" * 25), *MAPPED)
    assert result.stdout.count("is not a whole number") == 20
    assert "… and 5 more; --report FILE writes all of them." in result.stdout


def test_a_missing_column_is_reported_with_the_existing_columns_before_anything_is_asked(
    earshot: FakeEarshot, run: Run
) -> None:
    result = run("import", written("day,score\n2015-08-02,9\n"), *MAPPED)
    assert result.exit_code == 2
    assert "answers.csv has no column date. Its columns: day, score." in result.stderr
    assert earshot.calls == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--map", "score=score"), "An import needs --map responded_at=COLUMN."),
        (("--map", "grade=score"), "with one of the fields score, responded_at"),
        (("--map", "score"), "write --map FIELD=COLUMN"),
        (("--map", "score=a", "--map", "score=b"), "score is already mapped to the column a"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_a_usage_error(run: Run, words: tuple[str, ...], expected: str) -> None:
    result = run("import", written("score,date\n"), "--survey", "demo", *words)
    assert (result.exit_code, expected in result.stderr) == (2, True)


def test_a_file_that_is_not_utf8_is_refused_with_its_line(run: Run) -> None:
    Path("latin.csv").write_bytes("date,score\n2015-08-02,9\nstraße,8\n".encode("latin-1"))
    result = run("import", "latin.csv", *MAPPED)
    assert result.exit_code == 2
    assert "latin.csv, line 3 is not UTF-8" in result.stderr


def test_a_survey_that_does_not_exist_is_reported_with_how_to_create_it(run: Run) -> None:
    result = run("import", written("date,score\n2015-08-02,9\n"), *MAPPED)
    assert result.exit_code == 1
    assert "There is no survey demo" in result.stderr
    assert "`earshot survey create demo --timezone" in result.stderr


def test_a_closed_survey_is_reported_in_one_sentence_with_how_far_it_got(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    file = written("date,score\n" + "2015-08-02,9\n" * 501)
    ok = 202, {"ids": [], "accepted": 500}
    earshot.replies = [(200, earshot.surveys["demo"]), (200, {}), ok, problem(409, "The survey demo is closed")]
    result = run("import", file, *MAPPED)
    assert result.exit_code == 1
    assert "Stopped: 500 rows accepted, up to line 501." in result.stderr
    assert f"The survey demo is closed (409 from {earshot.url})." in result.stderr


def test_an_import_interrupted_by_the_keyboard_reports_that_running_it_again_is_safe(
    earshot: FakeEarshot, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    earshot.add_survey()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FileImport, "send", interrupted)
    result = run("import", written("date,score\n2015-08-02,9\n"), *MAPPED)
    assert result.exit_code == 130
    assert "Stopped: 0 rows accepted" in result.stderr
    assert "It is safe to run the same command again" in result.stderr


def test_a_batch_too_large_for_the_server_is_halved_until_it_fits(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    too_large = problem(413, "The body is too large")
    earshot.replies = [(200, earshot.surveys["demo"]), (200, {}), too_large, too_large]
    result = run("import", written("date,score\n2015-08-01,1\n2015-08-02,2\n2015-08-03,3\n"), *MAPPED)
    assert "3 rows read: 2 new, 0 known, 1 rejected." in result.stdout
    assert [row["score"] for row in earshot.rows.values()] == [2, 3]


def test_a_very_long_cell_refuses_its_row_and_no_other(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    long = "x" * 200_000
    file = written(f"date,score,why,notes\n2015-08-01,1,{long},\n2015-08-02,2,fine,{long}\n2015-08-03,3,,\n")
    result = run("import", file, *MAPPED, "--map", "comment=why")
    assert "3 rows read: 2 new, 0 known, 1 rejected." in result.stdout
    assert "has 200,000 characters" in result.stdout
    assert [row["score"] for row in earshot.rows.values()] == [2, 3]


def test_passing_failures_are_waited_out_and_the_batch_sent_again(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.replies = [(200, earshot.surveys["demo"]), (200, {}), problem(503, "Busy"), problem(429, "Slow down")]
    result = run("import", written("date,score\n2015-08-02,9\n"), *MAPPED)
    assert result.exit_code == 0
    assert len(earshot.posted()) == 3
    assert len(earshot.rows) == 1


@pytest.mark.parametrize("words", [("import", *MAPPED), ("people", "import", "--map", "email=email")])
def test_the_report_is_never_written_over_the_file_that_is_imported(
    earshot: FakeEarshot, run: Run, words: tuple[str, ...]
) -> None:
    earshot.add_survey()
    file = written("score,date,email\n9,2015-08-02,a@example.net\n")
    Path("link.csv").symlink_to(file)
    for report in (file, f"./{file}", "link.csv"):
        done = run(*words, file, "--report", report)
        assert done.exit_code == 2
        assert f"--report {Path(report)} is the imported file: choose another" in done.stderr
    assert Path(file).read_text() == "score,date,email\n9,2015-08-02,a@example.net\n"
    assert not earshot.posted()


def test_a_pipe_is_refused_since_a_file_is_read_more_than_once(earshot: FakeEarshot, run: Run) -> None:
    os.mkfifo("answers.fifo")
    for file in ("answers.fifo", "/dev/zero"):
        done = run("import", file, *MAPPED)
        assert (done.exit_code, f"{file} is a pipe or a device" in done.stderr) == (2, True)


def test_a_file_that_is_emptied_meanwhile_ends_where_it_ends(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("score,date\n9,2015-08-02\n")
    source = CsvFile(file, columns_from(["score=score", "responded_at=date"], []))
    file.write_text("")
    assert list(source.records()) == []
