"""Dates and times as exports write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from earshot_cli.errors import UsageError
from earshot_cli.imports.dates import EXAMPLES, DateReader

BERLIN = ZoneInfo("Europe/Berlin")


def read(text: str, notation: str = "iso", zone: ZoneInfo = BERLIN) -> str | None:
    moment = DateReader(notation, zone).moment(text)
    if moment is None:
        return None
    at = datetime.fromtimestamp(moment.milliseconds / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("notation", "text", "instant"),
    [
        ("mdy", "09/16/2020 1:02 AM", "2020-09-15T23:02:00.000Z"),
        ("mdy", "09/16/2020 01:02:33 PM", "2020-09-16T11:02:33.000Z"),
        ("mdy", "9/16/2020", "2020-09-15T22:00:00.000Z"),
        ("mdy", "9/16/20 13:02", "2020-09-16T11:02:00.000Z"),
        ("mdy", "09-16-2020 12:00 a.m.", "2020-09-15T22:00:00.000Z"),
        ("mdy", "9/16/2020, 1:02:33\u202fPM", "2020-09-16T11:02:33.000Z"),
        ("mdy", "\u200e9\u200e/\u200e16\u200e/\u200e2020\u200e \u200e1\u200e:\u200e02", "2020-09-15T23:02:00.000Z"),
        ("iso", "2020-09-16\xa013:02", "2020-09-16T11:02:00.000Z"),
        ("%d %B %Y", "16\xa0September  2020", "2020-09-15T22:00:00.000Z"),
        ("dmy", "16.09.2020 01:02", "2020-09-15T23:02:00.000Z"),
        ("dmy", "16/9/2020, 13:02:33", "2020-09-16T11:02:33.000Z"),
        ("ymd", "2020/09/16 1:02:33 PM GMT+2", "2020-09-16T11:02:33.000Z"),
        ("ymd", "2020/09/16 1:02:33 PM GMT-3:30", "2020-09-16T16:32:33.000Z"),
        ("ymd", "2020/9/16 13:02 UTC", "2020-09-16T13:02:00.000Z"),
        ("excel", "44090", "2020-09-15T22:00:00.000Z"),
        ("excel", "44090.5416666667", "2020-09-16T11:00:00.000Z"),
        ("excel", "44090,75", "2020-09-16T16:00:00.000Z"),
        ("excel-1904", "42628.5", "2020-09-16T10:00:00.000Z"),
        ("unix", "1600254153", "2020-09-16T11:02:33.000Z"),
        ("unix", "1600254153.25", "2020-09-16T11:02:33.250Z"),
        ("unix-ms", "1600254153250", "2020-09-16T11:02:33.250Z"),
        ("%d.%m.%Y %H:%M", "16.09.2020 13:02", "2020-09-16T11:02:00.000Z"),
        ("%b %d, %Y at %I:%M %p", "Sep 16, 2020 at 01:02 PM", "2020-09-16T11:02:00.000Z"),
        ("%Y-%m-%d %H:%M:%S %z", "2020-09-16 13:02:33 +0530", "2020-09-16T07:32:33.000Z"),
        ("%Y-%m-%d %H:%M %Z", "2020-09-16 13:02 UTC", "2020-09-16T13:02:00.000Z"),
        ("%Y-%m-%d %H:%M UTC", "2020-09-16 13:02 UTC", "2020-09-16T13:02:00.000Z"),
        ("%d.%m.%Y %H:%M (GMT)", "16.09.2020 13:02 (GMT)", "2020-09-16T13:02:00.000Z"),
        ("%Y-%m-%dT%H:%M:%S.%fZ", "2020-09-16T13:02:33.250Z", "2020-09-16T13:02:33.250Z"),
        ("%Y-%m-%d %H:%M GMT%z", "2020-09-16 13:02 GMT+0200", "2020-09-16T11:02:00.000Z"),
    ],
)
def test_a_named_notation_is_read_as_it_is_written(notation: str, text: str, instant: str) -> None:
    assert read(text, notation) == instant


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        ("iso", "09/16/2020"),
        ("iso", "44090"),
        ("iso", "1600254153"),
        ("mdy", "16/09/2020"),
        ("mdy", "09/16.2020"),
        ("mdy", "09/16/2020 13:02 PM"),
        ("mdy", "09/16/2020 25:02"),
        ("mdy", "2020/09/16"),
        ("dmy", "09/16/2020"),
        ("dmy", "31.02.2020"),
        ("ymd", "16/09/2020"),
        ("excel", "2020-09-16"),
        ("excel", "-5"),
        ("excel", "99999999999999"),
        ("unix", "16 Sep"),
        ("unix", "99999999999999"),
        ("unix", "45"),
        ("unix-ms", "1600254153"),
        ("%Y-%m-%d %H:%M %Z", "2020-09-16 13:02 EST"),
        ("%d.%m.%Y", "16.09.2020 13:02"),
        ("%d.%m.%Y", ""),
    ],
)
def test_another_notation_is_refused_and_never_guessed(notation: str, text: str) -> None:
    assert read(text, notation) is None


@pytest.mark.parametrize("notation", ["us", "excel1900", "%d.%m", "%Q", "MM/DD/YYYY", ""])
def test_a_format_that_is_none_is_a_usage_error(notation: str) -> None:
    with pytest.raises(UsageError, match="--date-format"):
        DateReader(notation, BERLIN)


def test_each_example_is_read_in_its_notation() -> None:
    for notation, example in EXAMPLES.items():
        for text in example.partition(",")[0].split(" or "):
            assert str(read(text, notation)).startswith(("2015-08-01", "2015-08-02")), text


@pytest.mark.parametrize(
    ("text", "has_time", "has_offset"),
    [
        ("2020-09-16", False, False),
        ("2020-09-16 00:00:00", False, False),
        ("2020-09-16T00:00:00Z", False, True),
        ("2020-09-16 00:00:01", True, False),
        ("2020-09-16T10:00+02", True, True),
    ],
)
def test_midnight_is_no_time_of_day(text: str, has_time: bool, has_offset: bool) -> None:
    moment = DateReader("iso", BERLIN).moment(text)
    assert moment is not None
    assert (moment.has_time, moment.has_offset) == (has_time, has_offset)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("%m/%d/%Y %H:%M %p", "%p needs %I"),
        ("%m/%d/%Y %I:%M", "%I needs %p"),
        ("%m/%d/%Y %I:%M AM", "AM and PM are %p"),
        ("%m/%d/%Y %H %I:%M %p", "%H and %I are both an hour"),
        ("%m/%d/%Y %M", "%M needs %H or %I"),
        ("%m/%d/%Y %H:%S", "%S needs %M"),
        ("%Y-%d-%m %H:%m", "%m appears twice"),
        ("%Y %c", "%Y appears twice"),
        ("%Y %d.%m.%y", "%Y and %y are both a year"),
        ("%Y-%m-%d %b", "more than one month"),
        ("%j %d.%m.%Y", "has the day twice"),
        ("%Y %W", "%W, a week, needs"),
        ("%a %d.%m.%Y %U", "has the day twice"),
        ("%a %U", "it has no year"),
        ("%Y-%M-%d %H", "it has no month"),
        ("%Y-%m", "it has no day"),
        ("%Y", "it has no day"),
    ],
)
def test_a_pattern_of_which_something_would_be_left_out_is_refused(pattern: str, expected: str) -> None:
    with pytest.raises(UsageError, match=rf"--date-format .*{expected}"):
        DateReader(pattern, BERLIN)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%Y-W%W-%a", "2020-W37-Wed"),
        ("%G-W%V-%u", "2020-W38-3"),
        ("%Y.%j", "2020.260"),
        ("%d %b %y", "16 Sep 20"),
        ("%A, %d. %B %Y", "Wednesday, 16. September 2020"),
        ("am %d.%m.%Y", "am 16.09.2020"),
    ],
)
def test_a_pattern_that_names_one_day_is_read(pattern: str, text: str) -> None:
    assert read(text, pattern) == "2020-09-15T22:00:00.000Z"


def test_a_number_in_the_other_unit_is_refused_with_the_name_of_that() -> None:
    assert "--date-format unix" in DateReader("unix-ms", BERLIN).hint("1704447000")
    assert "--date-format unix-ms" in DateReader("unix", BERLIN).hint("1704447000000")
    for notation, text in (("unix", "soon"), ("unix-ms", "12"), ("iso", "1704447000")):
        assert not DateReader(notation, BERLIN).hint(text)
