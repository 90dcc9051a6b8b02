"""Days in a row are named as the calendar names each."""

from datetime import date, timedelta

import pytest

from earshot.domain.days import names_of_days


@pytest.mark.parametrize("first", [date(2015, 1, 1), date(2015, 1, 31), date(2016, 2, 28), date(1999, 12, 30)])
@pytest.mark.parametrize("days", [0, 1, 2, 29, 366, 1500])
def test_each_day_has_the_name_the_calendar_gives_it(first: date, days: int) -> None:
    named = names_of_days(first, first + timedelta(days))
    assert named == [(first + timedelta(number)).isoformat() for number in range(days)]
