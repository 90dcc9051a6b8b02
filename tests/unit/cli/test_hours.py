"""The hours of a calendar as people type them, and as they are shown."""

import pytest

from earshot_cli.errors import UsageError
from earshot_cli.hours import EXAMPLE, read_hours, write_hours

LUNCH = [["09:00", "12:00"], ["13:00", "17:00"]]


def test_hours_hold_for_the_days_before_them() -> None:
    assert read_hours([EXAMPLE]) == dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), LUNCH)
    assert read_hours(["sat 10:00-14:00"]) == {"sat": [["10:00", "14:00"]]}
    assert read_hours(["Mon,wed 8:00 - 9:00"]) == {"mon": [["8:00", "9:00"]], "wed": [["8:00", "9:00"]]}


def test_days_go_on_across_the_end_of_a_week() -> None:
    assert list(read_hours(["sat-tue 00:00-24:00"])) == ["sat", "sun", "mon", "tue"]
    assert len(read_hours(["mon-sun 00:00-24:00"])) == 7


def test_hours_typed_apart_belong_together() -> None:
    assert read_hours(["mon-tue 09:00-12:00", "tue 13:00-17:00"]) == {"mon": LUNCH[:1], "tue": LUNCH}


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("mon-fri", "--hours takes days and times"),
        ("09:00-17:00", "--hours takes days and times"),
        ("monday 09:00-17:00", "names a day that is none of mon, tue"),
        ("mon- 09:00-17:00", "names a day that is none of"),
        ("mon 09:00", "has a time that is no span such as 09:00-17:00"),
        ("mon 09:00-12:00,", "has a time that is no span"),
        ("mon 09:00-", "has a time that is no span"),
    ],
)
def test_what_cannot_be_read_is_refused_with_an_example(typed: str, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_hours([typed])
    assert reason in str(refused.value)
    assert EXAMPLE in str(refused.value)


@pytest.mark.parametrize(
    "lines",
    [
        ["mon-fri 09:00-12:00,13:00-17:00", "sat 10:00-14:00"],
        ["mon 09:00-12:00", "tue 09:00-13:00", "wed 09:00-12:00"],
        ["mon 09:00-12:00", "wed-thu 09:00-12:00", "sun 00:00-24:00"],
        ["mon-sun 00:00-24:00"],
    ],
)
def test_hours_are_written_as_they_may_be_typed(lines: list[str]) -> None:
    assert list(write_hours(read_hours(lines))) == lines
