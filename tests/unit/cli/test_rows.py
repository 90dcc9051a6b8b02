"""Pure parts of an import: ids, CSV dialects, rows, batches."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot_cli.errors import CommandError, UsageError
from earshot_cli.imports.batches import batches, body
from earshot_cli.imports.columns import Columns
from earshot_cli.imports.csv_file import CsvFile, Record
from earshot_cli.imports.dates import DateReader
from earshot_cli.imports.response_ids import Identity, ResponseIds
from earshot_cli.imports.rows import Reason, Row, RowReader, RowRefusedError

COLUMNS = Columns({"score": "score", "responded_at": "date"})
BERLIN = ZoneInfo("Europe/Berlin")
GOLDEN = "014eebb5-3c00-878c-809d-55a060f86fb6"
texts = st.text(max_size=8)
moments = st.integers(0, 2**48 - 1)
identities = st.builds(Identity, st.integers(0, 10), moments, texts, texts, texts, texts)


@given(identities)
def test_an_id_is_a_version_8_uuid_that_begins_with_the_milliseconds(row: Identity) -> None:
    made = ResponseIds("demo").of_row(row)
    assert (made.version, made.variant, made.int >> 80) == (8, "specified in RFC 4122", row.instant)


@given(st.lists(identities, max_size=20))
def test_every_row_has_an_id_of_its_own_and_the_same_one_on_each_run(rows: list[Identity]) -> None:
    def ids() -> list[object]:
        made = ResponseIds("demo")
        return [made.of_row(row) for row in rows]

    assert len(set(ids())) == len(rows)
    assert ids() == ids()


def test_ids_differ_between_surveys_and_by_everything_that_identifies_a_row() -> None:
    plain = Identity(9, 0, "ann", "good", "web")
    others: list[dict[str, Any]] = [
        *({"score": 8}, {"instant": 1}, {"person": "bob"}),
        *({"comment": "bad"}, {"channel": "app"}, {"reported_row": "3"}),
    ]
    rows = [plain, *(replace(plain, **other) for other in others)]
    assert len({ResponseIds(survey).of_row(row) for survey in ("a", "b") for row in rows}) == 14
    assert len({ResponseIds("a").of_row(row) for row in (Identity(9, 0, "a", ""), Identity(9, 0, "", "a"))}) == 2


def test_the_id_of_a_known_row_never_changes_between_versions() -> None:
    assert str(ResponseIds("demo").of_row(Identity(9, 1_438_473_600_000))) == GOLDEN


def test_a_mapped_id_decides_alone_and_may_stand_in_one_row_only() -> None:
    first, again = ResponseIds("demo"), ResponseIds("demo")
    assert first.of_key("42") == again.of_key("42") != again.of_key("43")
    assert first.of_key("42") is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_each_dialect_gives_the_same_records(tmp_path: Path, delimiter: str, newline: str, bom: str) -> None:
    lines = [
        "date|score|comment",
        '2015-08-02|9|"a ""quoted""',
        'comment, or; two\tlines"',
        "",
        "2015-08-03|8|",
    ]
    path = tmp_path / "answers.csv"
    path.write_bytes((bom + newline.join(lines).replace("|", delimiter)).encode())
    file = CsvFile(path, COLUMNS)
    records = list(file.records())
    assert (file.delimiter, file.header) == (delimiter, ["date", "score", "comment"])
    assert [(record.line, record.number, record.cells) for record in records] == [
        (2, 1, ["2015-08-02", "9", f'a "quoted"{newline}comment, or; two\tlines']),
        (5, 2, ["2015-08-03", "8", ""]),
    ]
    assert records[-1].bytes_read == file.size


def test_a_column_there_twice_and_an_empty_file_are_usage_errors(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("date,score,score\n")
    with pytest.raises(UsageError, match="more than one column score"):
        CsvFile(path, COLUMNS)
    path.write_text("")
    with pytest.raises(UsageError, match="the file is empty"):
        CsvFile(path, COLUMNS)


def test_a_quote_never_closed_is_reported_with_the_line_it_opens_on(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text('date,score\n2015-08-02,9\n2015-08-03,"8\n' + "2015-08-04,7\n" * 20_000)
    with pytest.raises(CommandError, match=r"line 3: .*never closed"):
        list(CsvFile(path, COLUMNS).records())


def test_a_quote_that_swallows_the_rest_of_a_short_file_is_reported_too(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text('score,date,comment\n9,2015-08-02,ok\n9,2015-08-02,"a\n8,2015-08-02,ok\n')
    records = CsvFile(path, COLUMNS).records()
    assert next(records).line == 2
    with pytest.raises(CommandError, match=r"line 3: .*never closed"):
        next(records)


@pytest.mark.parametrize("rest", ['"8"x\n', '"8\n2015-08-04,""9""\n'])
def test_a_quote_alone_inside_its_cell_is_reported(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("date,score\n2015-08-03," + rest)
    with pytest.raises(CommandError, match=r"line 2: .*not doubled"):
        list(CsvFile(path, COLUMNS).records())


def test_a_header_whose_quote_is_never_closed_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text('"date,score\n2015-08-02,9\n')
    with pytest.raises(UsageError, match="Its columns: none that can be read"):
        CsvFile(path, COLUMNS)


def test_a_comment_may_be_as_long_as_the_api_takes_and_a_longer_one_refuses_its_row() -> None:
    columns = Columns({**COLUMNS.fields, "comment": "why"})
    reader = RowReader("demo", ["score", "date", "why"], columns, DateReader("iso", BERLIN))
    reader.row(Record(2, 1, ["9", "2015-08-02", "ü" * 10_000], 0))
    with pytest.raises(RowRefusedError) as refused:
        reader.row(Record(3, 2, ["9", "2015-08-02", "ü" * 10_001], 0))
    assert refused.value.reasons == (Reason("why", "has 10,001 characters; a comment has at most 10,000"),)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("yes", True), ("TRUE", True), ("1", True), ("x", True), ("No", None), ("false", None), ("0", None), ("", None)],
)
def test_a_cell_with_yes_requests_contact(cell: str, wanted: bool | None) -> None:
    row = contacts().row(Record(2, 1, ["9", "2015-08-02", cell], 0))
    assert json.loads(row.encoded).get("contact_requested") is wanted


def test_a_cell_that_is_neither_yes_nor_no_refuses_its_row() -> None:
    with pytest.raises(RowRefusedError) as refused:
        contacts().row(Record(2, 1, ["9", "2015-08-02", "perhaps"], 0))
    assert refused.value.reasons == (Reason("call", '"perhaps" is neither yes nor no'),)


def contacts() -> RowReader:
    columns = Columns({**COLUMNS.fields, "contact_requested": "call"})
    return RowReader("demo", ["score", "date", "call"], columns, DateReader("iso", BERLIN))


def response(score: str = "9", date: str = "2015-08-02", zone: ZoneInfo = BERLIN) -> dict[str, object]:
    reader = RowReader("demo", ["score", "date"], COLUMNS, DateReader("iso", zone))
    row = reader.row(Record(2, 1, [score, date], 0))
    made: dict[str, object] = json.loads(row.encoded)
    return made


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("2015-08-02", "2015-08-01T22:00:00.000Z"),
        ("2015-08-02 10:00", "2015-08-02T08:00:00.000Z"),
        ("2015-08-02T10:00:00.1239", "2015-08-02T08:00:00.123Z"),
        ("2015-08-02T10:00:00Z", "2015-08-02T10:00:00.000Z"),
        ("2015-08-02 10:00:00 UTC", "2015-08-02T10:00:00.000Z"),
        ("2015-08-02 10:00:00 +0200", "2015-08-02T08:00:00.000Z"),
    ],
)
def test_a_date_is_midnight_and_a_time_without_offset_is_one_in_the_surveys_zone(date: str, instant: str) -> None:
    made = response(date=date)
    milliseconds = int(str(made["id"]).replace("-", "")[:12], 16)
    assert made["responded_at"] == instant
    assert datetime.fromtimestamp(milliseconds / 1000, UTC) == datetime.fromisoformat(instant)


def test_a_day_whose_midnight_the_zone_skips_begins_with_its_first_instant() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    instant = str(response(date="2015-10-18", zone=zone)["responded_at"])
    assert str(datetime.fromisoformat(instant).astimezone(zone)) == "2015-10-18 01:00:00-02:00"


@pytest.mark.parametrize("score", ["", "11", "-1", "nine", "٩", "1e1", "+5", "true"])
def test_a_score_that_is_not_a_whole_number_from_0_to_10_is_refused(score: str) -> None:
    with pytest.raises(RowRefusedError) as refused:
        response(score=score)
    assert [reason.column for reason in refused.value.reasons] == ["score"]


@pytest.mark.parametrize(
    "date",
    ["", "02.08.2015", "2015-8-2", "2015-02-30", "2015-08-02T25:00", "1969-12-31", "9999-12-31T23:59-12:00", "now"],
)
def test_a_date_that_is_none_or_lies_before_1970_is_refused(date: str) -> None:
    with pytest.raises(RowRefusedError) as refused:
        response(date=date)
    assert [reason.column for reason in refused.value.reasons] == ["date"]


@given(st.lists(st.integers(1, 50)), st.integers(1, 5), st.integers(10, 60))
def test_batches_keep_every_row_in_order_within_both_limits(sizes: list[int], most_rows: int, most_bytes: int) -> None:
    rows = [Row(Record(at, at, [], 0), b"1" * size) for at, size in enumerate(sizes)]
    cut = list(batches(rows, most_rows, most_bytes))
    assert [row for batch in cut for row in batch] == rows
    for batch in cut:
        assert len(batch) <= most_rows
        assert len(batch) == 1 or sum(len(row.encoded) + 1 for row in batch) <= most_bytes


def test_a_batch_is_one_json_document() -> None:
    rows = [Row(Record(2, 1, [], 0), b'{"score":1}'), Row(Record(3, 2, [], 0), b'{"score":2}')]
    assert json.loads(body(rows, announce=False)) == {
        "responses": [{"score": 1}, {"score": 2}],
        "announce": False,
    }
