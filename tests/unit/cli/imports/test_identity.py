"""What makes a row of a file the same response as a row of another file."""

import pytest

from tests.unit.cli.fake_earshot import FakeEarshot
from tests.unit.cli.imports.conftest import Import

ROWS = "2024-01-05,9,good\n2024-01-06,3,bad\n2024-01-07,8,ok\n"


def test_one_more_column_adds_nothing(earshot: FakeEarshot, import_text: Import) -> None:
    words = ("--map", "comment=comment", "--yes")
    import_text("date,score,comment\n" + ROWS, *words)
    wider = "date,score,comment,tags\n2024-01-05,9,good,\n2024-01-06,3,bad,\n2024-01-07,8,ok,vip\n"
    import_text(wider, *words)
    assert len(earshot.rows) == 3
    import_text(wider, *words, "--segment", "tags")
    assert len(earshot.rows) == 3


def test_columns_in_another_order_add_nothing(earshot: FakeEarshot, import_text: Import) -> None:
    import_text("date,score,comment\n" + ROWS, "--map", "comment=comment", "--yes")
    import_text("comment,date,score\ngood,2024-01-05,9\nbad,2024-01-06,3\n", "--map", "comment=comment", "--yes")
    assert len(earshot.rows) == 3


def test_a_mapped_id_decides_alone_also_when_the_time_of_day_is_added(
    earshot: FakeEarshot, import_text: Import
) -> None:
    import_text("rid,date,score\na,2024-01-05,9\nb,2024-01-06,3\n", "--map", "id=rid")
    import_text("rid,date,score\na,2024-01-05 10:00:00,9\nb,2024-01-06 11:00:00,3\n", "--map", "id=rid")
    assert len(earshot.rows) == 2


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("2024-01-05 10:00,9,two\r\nlines,ann", "2024-01-05 10:00,9,two\nlines,ann"),
        ("2024-01-05 10:00,9,Tre\u0300s bien,ann", "2024-01-05 10:00,9,Tr\u00e8s bien,ann"),
        ("2024-01-05 10:00,9,good,ann", "2024-01-05T11:00:00+01:00,9,good,ann"),
        ("2024-01-05 10:00,9,good,ann", "2024-01-05 10:00, 9 , good ,ann "),
        ("2024-01-05 10:00,9,good,Nina@Example.com", "2024-01-05 10:00,9,good,nina@example.com"),
        ("2024-01-05 10:00,9,good,n@müller.example", "2024-01-05 10:00,9,good,n@xn--mller-kva.example"),
        ("2024-01-05 10:00,9,good,ann", "2024-01-05 10:00:00.0001,9,good,ann"),
    ],
)
def test_the_same_row_in_other_bytes_adds_nothing(
    earshot: FakeEarshot, import_text: Import, first: str, again: str
) -> None:
    for row in (first, again):
        cells = ",".join(f'"{cell}"' for cell in row.split(","))
        done = import_text(f"date,score,why,who\n{cells}\n", "--map", "comment=why", "--map", "person=who")
        assert done.exit_code == 0, done.output
    assert len(earshot.rows) == 1


@pytest.mark.parametrize(
    "other",
    [
        *("2024-01-05 10:00,8,good,ann,web", "2024-01-05 10:01,9,good,ann,web", "2024-01-05 10:00,9,bad,ann,web"),
        *("2024-01-05 10:00,9,good,bob,web", "2024-01-05 10:00,9,good,ann,app"),
    ],
)
def test_another_score_time_comment_person_or_channel_is_another_response(
    earshot: FakeEarshot, import_text: Import, other: str
) -> None:
    words = ("--map", "comment=why", "--map", "person=who", "--map", "channel=where")
    import_text("date,score,why,who,where\n2024-01-05 10:00,9,good,ann,web\n", *words)
    import_text(f"date,score,why,who,where\n{other}\n", *words)
    assert len(earshot.rows) == 2


def test_equal_rows_of_one_file_are_as_many_responses_however_often_it_is_imported(
    earshot: FakeEarshot, import_text: Import
) -> None:
    for rows in (2, 3, 3):
        import_text("date,score\n" + "2024-01-05,9\n" * rows, "--yes")
    assert len(earshot.rows) == 3


def test_a_file_with_rows_that_may_equal_those_of_another_needs_confirmation(
    earshot: FakeEarshot, import_text: Import
) -> None:
    text = "date,score,who,id\n2024-01-05,9,ann,1\n2024-01-06 00:00:00,8,bob,2\n"
    result = import_text(text)
    assert result.exit_code == 2
    assert "equal rows of two files cannot be distinguished" in result.stderr
    assert "--yes" in result.stderr
    assert not earshot.posted()
    for words in (("--yes",), ("--dry-run",), ("--map", "person=who"), ("--map", "id=id")):
        assert import_text(text, *words).exit_code == 0


def test_one_time_of_day_among_the_dates_distinguishes_rows(import_text: Import) -> None:
    assert import_text("date,score\n2024-01-05,9\nx,8\n2024-01-06 10:00,8\n").exit_code == 1
