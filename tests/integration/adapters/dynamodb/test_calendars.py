"""The calendars' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.calendars import DynamoDBCalendars
from earshot.domain.business_time import Calendar
from tests.fakes.calendars import InMemoryCalendars

BARE = Calendar("always", "UTC", {"mon": (("00:00", "24:00"),)})
FULL = Calendar(
    id="office",
    timezone="Australia/Lord_Howe",
    hours={"mon": (("09:00", "12:00"), ("13:00", "17:00")), "sat": (("10:00", "10:30"),)},
    holidays=("2026-12-25", "2026-12-26"),
    revision=4,
)


@pytest.fixture(params=["fake", "dynamodb"])
def calendars(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryCalendars()
    return DynamoDBCalendars(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("calendar", [BARE, FULL])
def test_a_calendar_is_kept_as_it_is(calendars: Any, calendar: Calendar) -> None:
    assert calendars.get(calendar.id) is None
    assert calendars.put(calendar, None)
    assert calendars.get(calendar.id) == calendar


def test_all_are_read_by_their_ids(calendars: Any) -> None:
    assert calendars.all() == {}
    assert calendars.put(FULL, None)
    assert calendars.put(BARE, None)
    assert list(calendars.all().items()) == [("always", BARE), ("office", FULL)]


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(calendars: Any) -> None:
    assert calendars.put(FULL, None)
    assert not calendars.put(FULL, None)
    newer = replace(FULL, holidays=(), revision=5)
    assert calendars.put(newer, FULL)
    assert not calendars.put(newer, FULL)
    assert not calendars.delete(FULL)
    assert calendars.all() == {"office": newer}
    assert calendars.delete(newer)
    assert not calendars.delete(newer)
    assert calendars.all() == {}
