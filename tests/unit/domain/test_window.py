"""Windows of days."""

from datetime import date, timedelta

import pytest

from earshot.domain.window import rolling


def test_a_window_ends_with_its_last_day_included() -> None:
    window = rolling("30d", date(2015, 8, 2))
    assert (window.start, window.end) == (date(2015, 7, 4), date(2015, 8, 3))
    assert window.holds("2015-08-02")
    assert not window.holds("2015-08-03")
    assert window.previous is not None
    assert (window.previous.start, window.previous.end) == (date(2015, 6, 4), date(2015, 7, 4))


@pytest.mark.parametrize(
    ("length", "as_of", "start", "before"),
    [
        ("month", date(2024, 3, 31), date(2024, 3, 1), date(2024, 2, 1)),
        ("month", date(2024, 1, 1), date(2024, 1, 1), date(2023, 12, 1)),
        ("quarter", date(2024, 3, 31), date(2024, 1, 1), date(2023, 10, 1)),
        ("quarter", date(2024, 8, 15), date(2024, 7, 1), date(2024, 4, 1)),
        ("quarter", date(2024, 12, 31), date(2024, 10, 1), date(2024, 7, 1)),
    ],
)
def test_a_calendar_window_runs_up_to_its_day_and_the_whole_one_before_ends_where_it_begins(
    length: str, as_of: date, start: date, before: date
) -> None:
    window = rolling(length, as_of)
    assert (window.start, window.end, window.last_day) == (start, as_of + timedelta(1), as_of)
    assert window.previous is not None
    assert (window.previous.start, window.previous.end, window.previous.length) == (before, start, length)
    assert window.days == (as_of - start).days + 1


def test_all_has_no_window_before_it() -> None:
    assert rolling("all", date(2015, 8, 2)).previous is None


@pytest.mark.parametrize("length", ["0d", "3651d", "-1d", "1.5d", "30", "d", "", "ALL", "week", "Month", "٣d", "30d "])
def test_a_window_that_makes_no_sense_is_refused(length: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        rolling(length, date(2015, 8, 2))
