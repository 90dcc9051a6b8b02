"""Calendars as they are sent and shown."""

from typing import Any

import pytest

from earshot.api.calendars import calendar_view, read_calendar
from earshot.domain.business_time import Calendar
from earshot.domain.errors import InvalidError

HOURS = {"mon": [["13:00", "17:00"], ["09:00", "12:00"]], "fri": [["09:00", "24:00"]], "sun": []}
SENT = {"timezone": "europe/berlin", "hours": HOURS, "holidays": ["2026-12-26", "2026-12-25", "2026-12-26"]}
READ = Calendar(
    "office",
    "Europe/Berlin",
    {"mon": (("09:00", "12:00"), ("13:00", "17:00")), "fri": (("09:00", "24:00"),)},
    ("2026-12-25", "2026-12-26"),
)


def faults_of(body: dict[str, Any], calendar: str = "office") -> dict[str, str]:
    with pytest.raises(InvalidError) as refused:
        read_calendar(body, calendar)
    return {fault.field: fault.reason for fault in refused.value.faults}


def test_a_calendar_is_read_in_its_order() -> None:
    read = read_calendar(SENT | {"timezone": "Europe/Berlin"}, "office")
    assert read == (READ, None)
    assert list(read[0].hours) == ["mon", "fri"]


def test_a_calendar_may_be_without_holidays_and_rest_on_a_revision() -> None:
    calendar, revision = read_calendar(
        {"timezone": "UTC", "hours": {"mon": [["00:00", "24:00"]]}, "revision": 3}, "all"
    )
    assert (calendar.holidays, revision) == ((), 3)


def test_a_calendar_is_shown_as_it_may_be_sent() -> None:
    shown: dict[str, Any] = dict(calendar_view(READ))
    assert (shown["id"], shown["revision"]) == ("office", 1)
    assert shown["hours"] == {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "fri": [["09:00", "24:00"]]}
    assert read_calendar(shown, "office") == (READ, 1)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"timezone": "Mars/Base"}, "timezone", "'Mars/Base' is not an IANA time zone like Europe/Berlin"),
        ({"hours": {}}, "hours", "there are none"),
        ({"hours": {"mon": [], "tue": []}}, "hours", "there are none"),
        ({"hours": {"monday": []}}, "hours.monday", "there is no such field; did you mean 'mon'?"),
        ({"hours": {"mon": [["09:00"]]}}, "hours.mon", 'an interval is two times of day like ["09:00", "17:00"]'),
        ({"hours": {"mon": [[9, 17]]}}, "hours.mon", "an interval is two times of day"),
        ({"hours": {"mon": "09:00-17:00"}}, "hours.mon", "it must be an array, not a string"),
        ({"hours": {"mon": [["22:00", "06:00"]]}}, "hours.mon[0]", "write two intervals: 22:00 to 24:00, and 00:00"),
        ({"hours": {"mon": [["09:00", "12:00"], ["12:00", "9:00"]]}}, "hours.mon[1]", "'9:00' is not a time of day"),
        ({"hours": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "hours.mon", "overlap: join them"),
        ({"holidays": ["2026-12-25", "2026-02-30"]}, "holidays[1]", "'2026-02-30' is not a day from 1970 to 2200"),
        ({"holidays": [20261224]}, "holidays", "it must be a day like 2026-12-24, not a number"),
        ({"holidays": [f"2026-{n // 28 + 1:02}-{n % 28 + 1:02}" for n in range(336)] * 2}, "holidays", "672 entries"),
        ({"id": "shop"}, "id", "it is not the id in the path"),
        ({"revision": 0}, "revision", "it must be a whole number"),
        ({"name": "Office"}, "name", "there is no such field"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(change: dict[str, Any], field: str, reason: str) -> None:
    faults = faults_of(SENT | {"timezone": "Europe/Berlin"} | change)
    assert list(faults) == [field]
    assert reason in faults[field]


def test_a_calendar_without_its_zone_and_its_hours_is_refused() -> None:
    assert faults_of({}) == {"timezone": "this field is required", "hours": "this field is required"}


def test_an_id_that_is_none_is_refused() -> None:
    assert "1 to 63 of a-z" in faults_of(SENT, "Größe")["id"]
