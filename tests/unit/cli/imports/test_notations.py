"""Exports of other tools, as they are: their scores, dates, zones, header rows and delimiters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot
from tests.unit.cli.imports.conftest import Import

Scores = Callable[[], list[int]]
Times = Callable[[], list[str]]


@pytest.mark.parametrize(
    ("notation", "date"),
    [("mdy", "09/16/2020 1:02 AM"), ("dmy", "16.09.2020 01:02"), ("%d. %B %Y %H:%M", "16. September 2020 01:02")],
)
def test_the_user_names_the_notation_of_the_dates(import_text: Import, times: Times, notation: str, date: str) -> None:
    assert import_text(f"date,score\n{date},9\n", "--date-format", notation).exit_code == 0
    assert times() == ["2020-09-16T01:02:00.000Z"]


def test_an_unnamed_notation_is_refused_with_the_option_that_names_it(import_text: Import) -> None:
    result = import_text("date,score,id\n09/10/2020,9,a\n", "--map", "id=id")
    assert result.exit_code == 1
    assert "--date-format mdy, dmy" in result.stderr


def test_spreadsheet_dates_are_read_on_request_and_never_guessed(import_text: Import, times: Times) -> None:
    assert import_text("date,score,id\n44090.5,9,a\n", "--map", "id=id").exit_code == 1
    assert import_text("date,score,id\n44090.5,9,a\n", "--map", "id=id", "--date-format", "excel").exit_code == 0
    assert times() == ["2020-09-16T12:00:00.000Z"]


def test_google_forms_writes_a_clock_of_twelve_hours_with_its_offset(import_text: Import, times: Times) -> None:
    assert import_text("date,score\n2020/09/16 1:02:33 PM GMT+2,9\n", "--date-format", "ymd").exit_code == 0
    assert times() == ["2020-09-16T11:02:33.000Z"]


def test_labels_with_one_number_are_scores(import_text: Import, scores: Scores) -> None:
    labels = ["10 - extremely likely", "9", "0 - not at all likely", "10 (Extremely likely)"]
    rows = [f"2024-01-05 10:0{at},{label}" for at, label in enumerate(labels)]
    assert import_text("\n".join(["date,score", *rows, ""])).exit_code == 0
    assert scores() == [10, 9, 0, 10]


def test_labels_without_a_number_are_mapped(import_text: Import, scores: Scores) -> None:
    text = (
        "date,score\n2024-01-05 10:00,Extremely likely\n2024-01-05 10:01,Not at all likely\n2024-01-05 10:02,Likely\n"
    )
    words = ("--label", "Extremely likely=10", "--label", "Not at all likely=0")
    result = import_text(text, *words)
    assert result.exit_code == 1
    assert scores() == [10, 0]
    assert '"Likely" is not a whole number from 0 to 10' in result.stdout
    assert "--label" in result.stderr


def test_whole_decimals_are_whole_scores(import_text: Import, scores: Scores) -> None:
    cells = ["9.0", "10.0", "", "3.0", "6.5", '"9,0"']
    rows = [f"2024-01-{at:02},{cell},r{at}" for at, cell in enumerate(cells, 5)]
    result = import_text("\n".join(["date,score,id", *rows, ""]), "--map", "id=id")
    assert scores() == [9, 10, 3]
    assert "6 rows read: 3 new, 0 known, 3 rejected." in result.stdout


def test_the_offsets_of_postgres_are_read(import_text: Import, times: Times) -> None:
    dates = [
        *("2024-01-05 21:25:58.745232+02", "2024-01-05 21:25:58+00", "2024-01-05 21:25:58+05:30"),
        *("2024-01-05 21:25:58.7452321Z", "2024-01-05 9:05"),
    ]
    assert import_text("\n".join(["date,score", *(f"{date},9" for date in dates), ""])).exit_code == 0
    assert times() == [
        *("2024-01-05T19:25:58.745Z", "2024-01-05T21:25:58.000Z", "2024-01-05T15:55:58.000Z"),
        *("2024-01-05T21:25:58.745Z", "2024-01-05T09:05:00.000Z"),
    ]


@pytest.mark.parametrize("date", ["20240105T212558Z", "2024-01-05T21:25:58,000Z", "2024-W01-5T21:25:58Z"])
def test_the_rarer_notations_of_iso_8601_are_read(import_text: Import, times: Times, date: str) -> None:
    assert import_text(f'date,score\n"{date}",9\n').exit_code == 0
    assert times() == ["2024-01-05T21:25:58.000Z"]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_line_that_names_the_delimiter_is_no_header(
    import_text: Import, scores: Scores, line: str, newline: str
) -> None:
    result = import_text(newline.join([line, "date;score", "2024-01-05 10:00;9", "2024-01-05 10:01;x", ""]))
    assert scores() == [9]
    assert 'date"' not in result.stdout
    assert "4     2   score" in result.stdout


def test_a_delimiter_that_only_its_line_names_is_used(import_text: Import, scores: Scores) -> None:
    import_text("sep=|\ndate|score\n2024-01-05 10:00|9\n")
    assert scores() == [9]


UTC_COLUMN = "Submit Date (UTC),score\n2024-03-01 02:30:00,9\n"


def import_utc(run: Run, *words: str, text: str = UTC_COLUMN) -> tuple[int, str]:
    Path("answers.csv").write_text(text)
    maps = ("--map", "score=score", "--map", "responded_at=Submit Date (UTC)")
    result = run("import", "answers.csv", "--survey", "demo", *maps, *words)
    return result.exit_code, result.stderr


@pytest.mark.parametrize("zone", ["Submit Date (UTC)=UTC", "UTC"])
def test_a_column_or_the_file_has_a_zone_of_its_own(earshot: FakeEarshot, run: Run, times: Times, zone: str) -> None:
    earshot.add_survey(timezone="America/Los_Angeles")
    assert import_utc(run, "--zone", zone)[0] == 0
    assert times() == ["2024-03-01T02:30:00.000Z"]


def test_the_zone_of_the_column_goes_before_that_of_the_file(earshot: FakeEarshot, run: Run, times: Times) -> None:
    earshot.add_survey()
    assert import_utc(run, "--zone", "Asia/Tokyo", "--zone", "Submit Date (UTC)=Europe/Berlin")[0] == 0
    assert times() == ["2024-03-01T01:30:00.000Z"]


def test_a_column_that_names_utc_is_never_silently_read_as_another_zone(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(timezone="America/Los_Angeles")
    code, output = import_utc(run)
    assert code == 2
    assert '--zone "Submit Date (UTC)=UTC"' in output
    assert not earshot.posted()


@pytest.mark.parametrize("column", ["created_at_utc", "createdAtUtc", "CreatedUTC", "date-gmt", "UTC"])
def test_utc_is_found_in_every_way_to_write_the_name_of_a_column(earshot: FakeEarshot, run: Run, column: str) -> None:
    earshot.add_survey(timezone="America/Los_Angeles")
    Path("answers.csv").write_text(f"{column},score\n2024-03-01 02:30:00,9\n")
    result = run("import", "answers.csv", "--survey", "demo", "--map", "score=score", "--map", f"responded_at={column}")
    assert result.exit_code == 2
    assert f'--zone "{column}=UTC"' in result.stderr
    assert not earshot.posted()


def import_dated(run: Run, column: str, *words: str, date: str = "2024-03-01 02:30:00") -> tuple[int, str]:
    Path("answers.csv").write_text(f'"{column}",score\n{date},9\n')
    maps = ("--map", "score=score", "--map", f"responded_at={column}")
    result = run("import", "answers.csv", "--survey", "demo", *maps, *words)
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("column", "zone"),
    [
        *(("Timestamp (GMT-5)", "UTC-05:00"), ("Time (UTC+02:00)", "UTC+02:00"), ("Date (UTC\u22123:30)", "UTC-03:30")),
        *(("created +0530", "UTC+05:30"), ("Date (+1)", "UTC+01:00"), ("created_at_zulu", "UTC"), ("Date (Z)", "UTC")),
        *(("date America/New_York", "America/New_York"), ("Date (america/new york)", "America/New_York")),
        ("Coordinated Universal Time", "UTC"),
    ],
)
def test_a_zone_that_a_heading_names_in_full_is_asked_about_and_taken_as_it_is_proposed(
    earshot: FakeEarshot, run: Run, times: Times, column: str, zone: str
) -> None:
    earshot.add_survey(timezone="Europe/Berlin")
    code, output = import_dated(run, column)
    assert code == 2
    assert f'--zone "{column}={zone}"' in output
    assert not earshot.posted()
    assert import_dated(run, column, "--zone", f"{column}={zone}")[0] == 0
    hour = {"UTC-05:00": 7.5, "UTC+02:00": 0.5, "UTC-03:30": 6, "UTC+05:30": -3, "UTC+01:00": 1.5, "UTC": 2.5}
    read = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(hours=hour.get(zone, 7.5))
    assert times() == [read.isoformat(timespec="milliseconds").replace("+00:00", "Z")]


@pytest.mark.parametrize(
    "column",
    [
        *("Submit Date (EST)", "date PST", "Datum (MEZ)", "created_at_est", "createdAtPst", "Date (ET)", "MET date"),
        *("Date (Eastern Time)", "Berlin summer time", "Date (Pacific Time (US & Canada))", "Date (cet)"),
    ],
)
def test_ambiguous_zone_abbreviations_are_asked_about(earshot: FakeEarshot, run: Run, column: str) -> None:
    earshot.add_survey(timezone="Europe/Berlin")
    code, output = import_dated(run, column)
    assert code == 2
    assert f'--zone "{column}=ZONE"' in output
    assert not earshot.posted()
    assert import_dated(run, column, "--zone", "America/New_York")[0] == 0
    assert import_dated(run, column, date="2024-03-01 02:30:00Z")[0] == 0


@pytest.mark.parametrize(
    "column",
    [
        *("estimated date", "Date of purchase", "Response time", "PET DATE", "Datum_ist", "West region date", "latest"),
        *("created/updated", "Day (1-5)", "Date (MM/DD/YYYY)", "time (24h)", "date (2)", "Date-5", "Best time"),
        *("Date (Europe/Berlin)", "EST. DATE"),
    ],
)
def test_a_heading_without_a_zone_and_that_of_the_survey_raise_no_question(
    earshot: FakeEarshot, run: Run, column: str
) -> None:
    earshot.add_survey(timezone="Europe/Berlin")
    assert import_dated(run, column)[0] == 0


def test_a_zone_in_the_characters_of_a_pattern_is_asked_about(earshot: FakeEarshot, run: Run, times: Times) -> None:
    earshot.add_survey(timezone="Europe/Berlin")
    words = ("--date-format", "%Y-%m-%d %H:%M EST")
    code, output = import_dated(run, "date", *words, date="2024-03-01 02:30 EST")
    assert code == 2
    assert '--zone "date=ZONE"' in output
    assert import_dated(run, "date", *words, "--zone", "-05:00", date="2024-03-01 02:30 EST")[0] == 0
    assert times() == ["2024-03-01T07:30:00.000Z"]


def test_any_row_without_an_offset_brings_the_question(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(timezone="America/Los_Angeles")
    rows = "2024-03-01T02:30:00Z,9\nx,9\n2024-03-01T03:30:00,9\n"
    code, output = import_utc(run, text=f"Submit Date (UTC),score\n{rows}")
    assert code == 2
    assert '--zone "Submit Date (UTC)=UTC"' in output
    assert not earshot.posted()


def test_a_pattern_that_cannot_be_used_is_one_sentence_and_sends_nothing(
    earshot: FakeEarshot, import_text: Import
) -> None:
    for pattern in ("%Y-%d-%m %H:%m", "%m/%d/%Y %H:%M %p"):
        result = import_text("date,score\n01/05/2024 01:00 PM,9\n", "--date-format", pattern)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
    assert earshot.calls == []


def test_seconds_in_place_of_milliseconds_are_refused_with_the_option_that_reads_them(
    earshot: FakeEarshot, import_text: Import
) -> None:
    result = import_text("date,score\n1704447000,9\n", "--date-format", "unix-ms", "--yes")
    assert "--date-format unix" in " ".join(result.stdout.split())
    assert not earshot.rows


def test_characters_inside_a_word_name_no_zone(earshot: FakeEarshot, run: Run, scores: Scores) -> None:
    earshot.add_survey(timezone="America/Los_Angeles")
    Path("answers.csv").write_text("outcome,score\n2024-03-01 02:30:00,9\n")
    assert run("import", "answers.csv", "--survey", "demo", "--map", "score=score", "--map", "responded_at=outcome")
    assert scores() == [9]


def test_an_offset_in_the_cell_sets_the_zone(earshot: FakeEarshot, run: Run, times: Times) -> None:
    earshot.add_survey(timezone="America/Los_Angeles")
    assert import_utc(run, text="Submit Date (UTC),score\n2024-03-01 02:30:00Z,9\n")[0] == 0
    assert times() == ["2024-03-01T02:30:00.000Z"]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Mars/Base", "does not know the time zone Mars/Base"), ("score=UTC", "name that one"), ("=UTC", "name that one")],
)
def test_a_zone_that_is_none_or_of_another_column_is_refused(
    earshot: FakeEarshot, run: Run, zone: str, expected: str
) -> None:
    earshot.add_survey()
    code, output = import_utc(run, "--zone", zone)
    assert code != 0
    assert expected in output
    assert not earshot.posted()


QUALTRICS = """StartDate,RecordedDate,ResponseId,Q1,Q1_NPS_GROUP,StartDate
Start Date,Recorded Date,Response ID,"How likely, honestly?",NPS group,Start Date
"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""recordedDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}","{""ImportId"":""QID1_NPS_GROUP""}","{""ImportId"":""sd""}"
2024-03-01 02:29:00,2024-03-01 02:30:00,R_1,9,Promoter,x
2024-03-01 02:31:00,2024-03-01 02:32:00,R_2,3,Detractor,x
"""


@pytest.mark.parametrize(("question", "words"), [("Q1", ()), ("How likely, honestly?", ("--header-rows", "3"))])
def test_the_three_header_rows_of_qualtrics_are_no_rows(
    earshot: FakeEarshot, run: Run, scores: Scores, question: str, words: tuple[str, ...]
) -> None:
    earshot.add_survey()
    Path("answers.csv").write_text(QUALTRICS)
    maps = ("--map", f"score={question}", "--map", "responded_at=RecordedDate", "--map", "id=ResponseId")
    result = run("import", "answers.csv", "--survey", "demo", *maps, *words)
    assert result.exit_code == 0, result.output
    assert "2 rows read: 2 new, 0 known, 0 rejected." in result.stdout
    assert scores() == [9, 3]


def test_the_zone_that_qualtrics_names_is_never_silently_another(earshot: FakeEarshot, run: Run, times: Times) -> None:
    earshot.add_survey(timezone="Europe/Berlin")
    words = ["--survey", "demo", "--map", "score=Q1", "--map", "responded_at=StartDate", "--map", "id=ResponseId"]
    Path("answers.csv").write_text(QUALTRICS.replace("ResponseId,Q1,Q1_NPS_GROUP,StartDate", "ResponseId,Q1,Group,x"))
    result = run("import", "answers.csv", *words)
    assert result.exit_code == 2
    assert '--zone "StartDate=America/Denver"' in result.stderr
    assert not earshot.posted()
    assert run("import", "answers.csv", *words, "--zone", "StartDate=America/Denver").exit_code == 0
    assert times() == ["2024-03-01T09:29:00.000Z", "2024-03-01T09:31:00.000Z"]


def test_the_zone_that_qualtrics_names_may_be_the_surveys(earshot: FakeEarshot, run: Run, times: Times) -> None:
    earshot.add_survey(timezone="America/Denver")
    words = ["--survey", "demo", "--map", "score=Q1", "--map", "responded_at=StartDate", "--map", "id=ResponseId"]
    Path("answers.csv").write_text(QUALTRICS.replace("ResponseId,Q1,Q1_NPS_GROUP,StartDate", "ResponseId,Q1,Group,x"))
    assert run("import", "answers.csv", *words).exit_code == 0
    assert times() == ["2024-03-01T09:29:00.000Z", "2024-03-01T09:31:00.000Z"]


def test_a_column_may_be_named_by_its_second_header_row(earshot: FakeEarshot, run: Run, scores: Scores) -> None:
    earshot.add_survey()
    head = "Respondent ID,End Date,How likely is it?,,\n,,Score,Open-Ended Response,Response\n"
    Path("answers.csv").write_text(head + "1,09/16/2020 01:02:33 AM,10 - Extremely likely,good,x\n")
    maps = ("score=Score", "responded_at=End Date", "id=Respondent ID", "comment=Open-Ended Response")
    words = [word for one in maps for word in ("--map", one)]
    result = run("import", "answers.csv", "--survey", "demo", *words, "--header-rows", "2", "--date-format", "mdy")
    assert result.exit_code == 0, result.output
    assert scores() == [10]
    assert [row["comment"] for row in earshot.rows.values()] == ["good"]


def test_a_row_shorter_than_its_header_is_refused(import_text: Import, scores: Scores) -> None:
    result = import_text("date,score,a,b\n2024-01-05 10:00,9\n2024-01-05 10:01,8,,\n2024-01-05 10:02,7,,,\n")
    assert scores() == [8, 7]
    assert "2 cells under a header of 4" in result.stdout


def test_a_property_with_a_long_name_is_reported_once_before_anything_is_sent(
    earshot: FakeEarshot, import_text: Import
) -> None:
    question = "x" * 79
    for words in ((), ("--dry-run",)):
        result = import_text(f"date,score,{question}\n2024-01-05 10:00,9,a\n", "--property", question, *words)
        assert result.exit_code == 2
        assert result.stderr.count("has 79") == 1
    assert earshot.calls == []


def test_an_unqueryable_property_is_reported_before_anything_is_sent(earshot: FakeEarshot, import_text: Import) -> None:
    for words in ((), ("--dry-run",)):
        result = import_text("date,score,a=b\n2024-01-05 10:00,9,x\n", "--property", "a=b", *words)
        assert (result.exit_code, "cannot contain '='" in result.stderr) == (2, True)
    assert earshot.calls == []


def test_more_segments_than_a_survey_tracks_are_refused_dry_and_wet(
    earshot: FakeEarshot, import_text: Import, run: Run
) -> None:
    earshot.add_survey("full", segments=[f"s{number}" for number in range(9)])
    text = "date,score,plan,city\n2024-01-05 10:00,9,pro,Bonn\n"
    for words in ((), ("--dry-run",)):
        result = import_text(text, "--segment", "plan", "--segment", "city", *words, survey="full")
        assert result.exit_code == 2
        assert "at most 10 segments, and full would track 11" in result.stderr
    assert not earshot.posted()
    assert import_text(text, "--segment", "plan ", "--property", "city", survey="full").exit_code == 0
    assert earshot.surveys["full"]["segments"][-1] == "plan"
    assert import_text(text, "--segment", "plan", "--segment", "s0", survey="full").exit_code == 2  # no such column


def test_a_long_value_is_refused_with_its_column_dry_and_wet(earshot: FakeEarshot, import_text: Import) -> None:
    text = f"date,score,plan\n2024-01-05 10:00,9,{'x' * 300}\n2024-01-05 10:01,8,pro\n"
    dry, wet = (import_text(text, "--property", "plan", *words) for words in (("--dry-run",), ()))
    assert (dry.exit_code, wet.exit_code) == (1, 1)
    assert "2 rows read, 1 good, 1 rejected" in dry.stdout
    assert "2 rows read: 1 new, 0 known, 1 rejected" in wet.stdout
    for result in (dry, wet):
        assert " plan " in result.stdout
        assert "has 300 characters" in result.stdout


def test_dry_and_wet_send_the_same_batches(earshot: FakeEarshot, import_text: Import) -> None:
    text = "date,score\n2024-01-05 10:00,9\n2024-01-05 10:01,x\n2024-01-05 10:02,8\n"
    import_text(text, "--dry-run")
    import_text(text)
    posts = [(query, body) for method, _, query, body in earshot.calls if method == "POST"]
    assert [query for query, _ in posts] == [{"check": "true"}, {}]
    assert posts[1][1].pop("import").startswith("answers-")
    assert posts[0][1] == posts[1][1]


def test_whole_numbers_that_pandas_made_decimals_are_the_same_persons_and_ids(
    earshot: FakeEarshot, import_text: Import
) -> None:
    words = ("--map", "person=cust")
    import_text("date,score,cust\n2024-01-05,9,17\n2024-01-06,9,x1.0\n2024-01-07,9,1.50\n", *words)
    again = import_text("date,score,cust\n2024-01-05,9,17.0\n2024-01-06,9,x1.0\n2024-01-07,9,1.50\n", *words)
    assert "3 rows read: 0 new, 3 known, 0 rejected." in again.stdout
    assert [row["person"] for row in earshot.rows.values()] == ["17", "x1.0", "1.50"]
    import_text("date,score,rid\n2024-01-05,8,4.0\n", "--map", "id=rid")
    assert " 0 new, 1 known" in import_text("date,score,rid\n2024-01-05,8,4\n", "--map", "id=rid").stdout


def test_a_property_of_nothing_but_whole_decimals_stays_as_it_is_and_is_named(
    earshot: FakeEarshot, import_text: Import
) -> None:
    text = "date,score,cohort,version\n2024-01-05 10:00,9,2023.0,2.0\n2024-01-05 10:01,8,,2.5\n"
    words = ("--property", "cohort", "--property", "version")
    for dry in (("--dry-run",), ()):
        output = import_text(text, *words, *dry).stderr
        assert "Every value of cohort ends in .0" in output
        assert "version" not in output
    assert next(iter(earshot.rows.values()))["properties"] == {"cohort": "2023.0", "version": "2.0"}
    assert "ends in .0" not in import_text(text.replace("2023.0", "2023"), *words).stderr
