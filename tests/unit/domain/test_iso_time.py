"""Every notation of ISO 8601 that an export may use, and nothing else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.iso_time import read_time

DAY = datetime(2024, 1, 5)  # noqa: DTZ001
MOMENT = datetime(2024, 1, 5, 21, 25, 58, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2024-01-05", "20240105", "2024-W01-5", "2024W015", "2024-005", "2024005"])
def test_a_day_is_its_midnight_in_every_notation(text: str) -> None:
    assert read_time(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-05T21:25:58Z",
        "2024-01-05 21:25:58+00",
        "2024-01-05 21:25:58 UTC",
        "2024-01-05 21:25:58 GMT",
        "2024-01-05t21:25:58z",
        "20240105T212558Z",
        "2024-W01-5T21:25:58Z",
        "2024-01-05 23:25:58+02",
        "2024-01-05 23:25:58 +0200",
        "2024-01-06T02:55:58+05:30",
        "2024-01-05T16:25:58\u221205:00",
        "2024-01-05T22:10:58+00:45:00",
    ],
)
def test_every_notation_of_an_offset_is_taken(text: str) -> None:
    assert read_time(text) == MOMENT


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-01-05 9:05", "09:05:00"),
        ("2024-01-05T21", "21:00:00"),
        ("2024-01-05 21:25:58.7", "21:25:58.700000"),
        ("2024-01-05 21:25:58,745", "21:25:58.745000"),
        ("2024-01-05 21:25:58.7452329", "21:25:58.745232"),
        ("2024-01-05 21:25:58.745232999999", "21:25:58.745232"),
        ("2024-01-05T21:25.5", "21:25:30"),
        ("2024-01-05T21.25", "21:15:00"),
    ],
)
def test_a_time_may_be_short_and_a_fraction_of_any_length_is_cut(text: str, time: str) -> None:
    assert read_time(text).time().isoformat() == time


def test_midnight_at_the_end_of_a_day_and_a_leap_second_are_moments() -> None:
    assert read_time("2024-01-04T24:00") == DAY
    assert read_time("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2024", "2024-01", "2024-1-5", "2024-13-01", "2024-02-30", "2023-366", "2024-W54-1", "0000-01-01"),
        *("2024-01-05T", "2024-01-05T9", "2024-01-05T25:00", "2024-01-05T24:01", "2024-01-05T21:60"),
        *("2024-01-05T21:2", "2024-01-05T21:25+24", "2024-01-05T21:25+2", "2024-01-05+02", "2024-01-05T21:25 CET"),
        *("2024-01-05T21:25:61", "05.01.2024", "01/05/2024", "1704403558", "9999-12-31T24:00", "٢٠٢٤-٠١-٠٥"),
        "2024-01-05T21:25:58." + "1" * 60,
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_time(text)


@given(st.datetimes(min_value=datetime(1970, 1, 1)), st.integers(-23 * 60, 23 * 60))  # noqa: DTZ001
def test_what_python_writes_is_read_back(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_time(aware.isoformat()) == aware
    assert read_time(moment.isoformat(sep=" ")) == moment
