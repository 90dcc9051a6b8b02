"""Business time: golden values of clocks that change, and what holds for every zone and calendar.

More calendars than in a usual run: pytest tests/unit/domain/test_business_time.py --hypothesis-profile thorough
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.business_time import (
    DAY,
    MOST_HOLIDAYS,
    SEARCHED_DAYS,
    WEEKDAYS,
    Calendar,
    CountedHours,
    bounded_deadline,
    business_time,
    check_calendar,
    deadline,
    next_opening,
)

MINUTE, HOUR = 60_000, 3_600_000
# Those of the tests' own examples first: a fault is shown with the first zone that has it.
ZONES = sorted(
    available_timezones() - {"localtime", "Factory"},
    key=lambda name: (name not in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"), name),
)
SOME_ZONES = (*ZONES[:4], *ZONES[4::3])
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = (("09:00", "17:00"),)
LUNCH = (("09:00", "12:00"), ("13:00", "17:00"))
ALWAYS = (("00:00", "24:00"),)


def calendar_of(
    zone: str, intervals: tuple[tuple[str, str], ...], days: tuple[str, ...] = WORKDAYS, holidays: tuple[str, ...] = ()
) -> Calendar:
    return Calendar("office", zone, dict.fromkeys(days, intervals), holidays)


def at(text: str, zone: str) -> int:
    """Return a local time in Unix milliseconds; of two such times the first."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def local(moment: int, zone: str) -> str:
    return datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


# --- Golden values: each was counted by hand ---


def test_a_lunch_break_is_no_business_time() -> None:
    office = calendar_of("Europe/Berlin", LUNCH)
    wednesday = at("2026-06-10T08:00", "Europe/Berlin")
    assert business_time(office, wednesday, wednesday + 12 * HOUR) == 7 * HOUR
    assert local(deadline(office, wednesday, 3 * HOUR), "Europe/Berlin") == "2026-06-10 12:00"
    assert local(deadline(office, wednesday, 3 * HOUR + 1), "Europe/Berlin") == "2026-06-10 13:00"
    assert local(deadline(office, wednesday, 4 * HOUR), "Europe/Berlin") == "2026-06-10 14:00"
    assert local(deadline(office, wednesday, 8 * HOUR), "Europe/Berlin") == "2026-06-11 10:00"


def test_a_deadline_passes_over_the_weekend_and_a_holiday() -> None:
    office = calendar_of("Europe/Berlin", OFFICE, holidays=("2026-12-25", "2026-12-28"))
    thursday = at("2026-12-24T16:00", "Europe/Berlin")
    assert local(deadline(office, thursday, HOUR), "Europe/Berlin") == "2026-12-24 17:00"
    assert local(deadline(office, thursday, 2 * HOUR), "Europe/Berlin") == "2026-12-29 10:00"
    assert business_time(office, thursday, at("2026-12-29T12:00", "Europe/Berlin")) == 4 * HOUR


def test_a_holiday_has_the_zone_s_own_midnights() -> None:
    always = calendar_of("America/New_York", ALWAYS, WEEKDAYS, holidays=("2026-07-04",))
    start = at("2026-07-03T12:00", "America/New_York")
    assert business_time(always, start, start + 2 * DAY) == DAY
    assert local(next_opening(always, at("2026-07-04T00:00", "America/New_York")), "America/New_York") == (
        "2026-07-05 00:00"
    )


def test_in_berlin_the_night_of_25_october_2026_has_an_hour_more() -> None:
    always = calendar_of("Europe/Berlin", ALWAYS, ("sat", "sun"))
    assert business_time(always, at("2026-10-24T00:00", "Europe/Berlin"), at("2026-10-26T00:00", "Europe/Berlin")) == (
        49 * HOUR
    )
    early = calendar_of("Europe/Berlin", (("01:00", "04:00"),), ("sun",))
    begins = at("2026-10-25T00:00", "Europe/Berlin")
    assert business_time(early, begins, begins + DAY) == 4 * HOUR
    assert local(deadline(early, begins, 3 * HOUR), "Europe/Berlin") == "2026-10-25 03:00"


def test_a_time_that_comes_twice_is_its_first() -> None:
    first = at("2026-10-25T02:30", "Europe/Berlin")
    ends = calendar_of("Europe/Berlin", (("02:00", "02:30"),), ("sun",))
    assert next_opening(ends, first - 31 * MINUTE) == first - 30 * MINUTE
    assert business_time(ends, first - 6 * HOUR, first + 6 * HOUR) == 30 * MINUTE
    assert deadline(ends, first - 6 * HOUR, 30 * MINUTE) == first
    begins = calendar_of("Europe/Berlin", (("02:30", "03:00"),), ("sun",))
    assert next_opening(begins, first - HOUR) == first
    # Until three o'clock it is an hour and a half: half past two comes again.
    assert business_time(begins, first - HOUR, first + 6 * HOUR) == 90 * MINUTE


def test_in_berlin_the_night_of_29_march_2026_lacks_an_hour() -> None:
    always = calendar_of("Europe/Berlin", ALWAYS, ("sun",))
    midnight = at("2026-03-29T00:00", "Europe/Berlin")
    assert business_time(always, midnight - DAY, midnight + 2 * DAY) == 23 * HOUR
    early = calendar_of("Europe/Berlin", (("01:00", "04:00"),), ("sun",))
    assert business_time(early, midnight, midnight + DAY) == 2 * HOUR
    assert local(deadline(early, midnight, 90 * MINUTE), "Europe/Berlin") == "2026-03-29 03:30"


def test_a_time_in_the_gap_means_its_end() -> None:
    three = at("2026-03-29T03:00", "Europe/Berlin")
    begins = calendar_of("Europe/Berlin", (("02:30", "04:00"),), ("sun",))
    assert next_opening(begins, three - HOUR) == three
    assert business_time(begins, three - DAY, three + DAY) == HOUR
    ends = calendar_of("Europe/Berlin", (("01:00", "02:30"),), ("sun",))
    assert deadline(ends, three - 3 * HOUR, HOUR) == three
    inside = calendar_of("Europe/Berlin", (("02:00", "02:59"),), ("sun",))
    assert business_time(inside, three - DAY, three + DAY) == 0
    assert local(next_opening(inside, three - DAY), "Europe/Berlin") == "2026-04-05 02:00"


def test_on_lord_howe_island_the_clock_changes_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    early = calendar_of(zone, (("01:00", "04:00"),), ("sun",))
    back, forward = at("2026-04-05T00:00", zone), at("2026-10-04T00:00", zone)
    assert business_time(early, back, back + DAY) == 3 * HOUR + 30 * MINUTE
    assert business_time(early, forward, forward + DAY) == 2 * HOUR + 30 * MINUTE
    quarter_past = calendar_of(zone, (("02:15", "04:00"),), ("sun",))
    assert local(next_opening(quarter_past, forward), zone) == "2026-10-04 02:30"


def test_in_kathmandu_hours_are_a_quarter_of_an_hour_off() -> None:
    office = calendar_of("Asia/Kathmandu", OFFICE, ("sun", *WORKDAYS))
    opens = int(datetime(2026, 6, 10, 3, 15, tzinfo=UTC).timestamp() * 1000)
    assert next_opening(office, opens - 1) == opens
    assert business_time(office, opens - HOUR, opens + DAY - HOUR) == 8 * HOUR


def test_a_day_that_a_zone_left_out_has_no_hours() -> None:
    office = calendar_of("Pacific/Apia", OFFICE, WEEKDAYS)
    thursday = at("2011-12-29T17:00", "Pacific/Apia")
    assert local(next_opening(office, thursday), "Pacific/Apia") == "2011-12-31 09:00"
    assert business_time(office, thursday, thursday + DAY) == 8 * HOUR


def test_hours_until_midnight_go_on_with_the_next_day_s() -> None:
    night = Calendar("night", "Europe/Berlin", {"mon": (("22:00", "24:00"),), "tue": (("00:00", "06:00"),)})
    monday = at("2026-06-08T12:00", "Europe/Berlin")
    assert business_time(night, monday, monday + DAY) == 8 * HOUR
    assert local(deadline(night, monday, 8 * HOUR), "Europe/Berlin") == "2026-06-09 06:00"
    assert local(deadline(night, monday, 2 * HOUR), "Europe/Berlin") == "2026-06-09 00:00"


def test_a_day_shown_again_after_midnight_is_served_once() -> None:
    """In Newfoundland clocks were put back at one minute past midnight, into the day before."""
    saturday = calendar_of("America/St_Johns", ALWAYS, ("sat",))
    sunday = calendar_of("America/St_Johns", ALWAYS, ("sun",))
    start = at("2010-11-06T00:00", "America/St_Johns")
    assert business_time(saturday, start, start + 3 * DAY) == 24 * HOUR
    assert business_time(sunday, start, start + 3 * DAY) == 25 * HOUR


def test_without_a_calendar_business_time_is_elapsed_time() -> None:
    assert business_time(None, 5, 12) == 7
    assert business_time(None, 12, 5) == 0
    assert deadline(None, 5, 500 * DAY) == 5 + 500 * DAY
    assert bounded_deadline(None, 5, 500 * DAY) == 5 + 500 * DAY
    assert deadline(None, 5, -1) == 5
    assert next_opening(None, 5) == 5


def test_no_duration_ends_at_the_next_opening() -> None:
    office = calendar_of("UTC", OFFICE)
    friday = at("2026-06-12T17:00", "UTC")
    assert local(deadline(office, friday, 0), "UTC") == "2026-06-15 09:00"
    assert deadline(office, friday - HOUR, 0) == friday - HOUR
    assert local(deadline(office, friday, -HOUR), "UTC") == "2026-06-15 09:00"


def test_a_search_ends_after_400_days() -> None:
    brief = calendar_of("UTC", (("12:00", "12:01"),), ("mon",))
    start = at("2026-06-08T00:00", "UTC")
    with pytest.raises(ValueError, match="less time than that in 400 days"):
        deadline(brief, start, HOUR)
    assert bounded_deadline(brief, start, HOUR) == start + SEARCHED_DAYS * DAY
    assert bounded_deadline(brief, start, MINUTE) == deadline(brief, start, MINUTE) == start + 12 * HOUR + MINUTE
    with pytest.raises(ValueError, match="no hours in 400 days"):
        next_opening(Calendar("never", "UTC", {}), start)


# --- What holds for every calendar ---

TIMES = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, 24 * 60 + 1, 15))
TODAY = date(2026, 1, 1)
MOMENTS = st.integers(at("2026-01-01T00:00", "UTC"), at("2027-06-01T00:00", "UTC"))


@st.composite
def intervals(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    """Draw the intervals of a day: none to three."""
    times = sorted(draw(st.sets(st.sampled_from(TIMES), max_size=6)))
    return tuple(zip(times[::2], times[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Draw a calendar that is not refused, with a quarter of an hour a week at least."""
    hours = {day: drawn for day in WEEKDAYS if (drawn := draw(intervals()))}
    if not hours:
        hours = {draw(st.sampled_from(WEEKDAYS)): ALWAYS}
    days = draw(st.sets(st.integers(0, 500), max_size=20))
    holidays = tuple((TODAY + timedelta(days=day)).isoformat() for day in sorted(days))
    assert check_calendar(hours, holidays) == []
    return Calendar("any", draw(st.sampled_from(ZONES)), hours, holidays)


@given(calendars(), st.lists(MOMENTS, min_size=3, max_size=3))
def test_business_time_adds_up(calendar: Calendar, moments: list[int]) -> None:
    start, middle, end = sorted(moments)
    whole = business_time(calendar, start, end)
    assert whole == business_time(calendar, start, middle) + business_time(calendar, middle, end)
    assert 0 <= whole <= end - start
    assert business_time(calendar, end, start) == 0


@given(
    calendars(), st.lists(MOMENTS, min_size=2, max_size=2), st.lists(st.integers(0, 40 * DAY), min_size=2, max_size=2)
)
def test_hours_that_are_counted_once_give_the_same_time(
    calendar: Calendar, moments: list[int], spans: list[int]
) -> None:
    start, after, length = min(moments), *spans
    counted = CountedHours(calendar, start, start + 80 * DAY)
    span = start + after, start + after + length
    assert counted.between(*span) == business_time(calendar, *span)
    assert counted.between(span[1], span[0]) == 0


@given(calendars(), MOMENTS, st.integers(0, 200 * HOUR), st.integers(0, 200 * HOUR), st.integers(0, 30 * DAY))
def test_a_longer_duration_or_a_later_start_ends_no_earlier(
    calendar: Calendar, start: int, duration: int, more: int, later: int
) -> None:
    ends = bounded_deadline(calendar, start, duration)
    assert start <= ends <= bounded_deadline(calendar, start, duration + more)
    assert ends <= bounded_deadline(calendar, start + later, duration)


@given(calendars(), MOMENTS, st.integers(1, 60 * HOUR))
def test_a_deadline_lies_inside_hours_and_has_its_duration_before_it(
    calendar: Calendar, start: int, duration: int
) -> None:
    try:
        ends = deadline(calendar, start, duration)
    except ValueError:
        assert business_time(calendar, start, start + SEARCHED_DAYS * DAY) < duration
        return
    assert business_time(calendar, start, ends) == duration
    # It is the earliest such moment: the time just before it is business time.
    assert business_time(calendar, ends - 1, ends) == 1
    assert _is_inside(calendar, ends - 1)


@given(calendars(), MOMENTS)
def test_the_next_opening_lies_inside_hours_and_nothing_before_it_does(calendar: Calendar, moment: int) -> None:
    opens = next_opening(calendar, moment)
    assert business_time(calendar, moment, opens) == 0
    assert business_time(calendar, opens, opens + 1) == 1
    assert next_opening(calendar, opens) == opens
    assert _is_inside(calendar, opens)


@given(calendars(), MOMENTS, st.integers(0, 12 * DAY))
def test_business_time_is_what_a_walk_over_quarters_of_an_hour_finds(
    calendar: Calendar, moment: int, length: int
) -> None:
    """Each quarter of an hour of a zone is open or closed as a whole, as long as no clock changes."""
    start, end = moment // (15 * MINUTE) * 15 * MINUTE, (moment + length) // (15 * MINUTE) * 15 * MINUTE
    if _changes(calendar, start - DAY, end + DAY):
        return
    quarters = range(start, end, 15 * MINUTE)
    assert business_time(calendar, start, end) == 15 * MINUTE * sum(_shows_hours(calendar, each) for each in quarters)


@pytest.mark.parametrize("name", SOME_ZONES)
def test_around_the_clock_is_calendar_time_in_each_zone(name: str) -> None:
    always = calendar_of(name, ALWAYS, WEEKDAYS)
    start, end = at("2025-12-31T00:00", "UTC"), at("2027-01-02T00:00", "UTC")
    assert business_time(always, start, end) == end - start
    assert business_time(always, start + 1, end - 1) == end - start - 2
    for moment in range(start, end, 33 * DAY + 7 * HOUR + 12_345):
        assert deadline(always, moment, 29 * HOUR) == moment + 29 * HOUR
        assert next_opening(always, moment) == moment


@pytest.mark.parametrize("name", SOME_ZONES)
def test_hours_add_up_over_the_changes_of_each_zone(name: str) -> None:
    """The calendar opens and closes within the hours in which most clocks are changed."""
    nights = (("00:00", "00:15"), ("00:30", "01:30"), ("02:15", "02:45"), ("23:30", "24:00"))
    calendar = calendar_of(name, nights, WEEKDAYS)
    for change in _changes(calendar, at("1990-01-01T00:00", "UTC"), at("2028-01-01T00:00", "UTC"))[-4:]:
        moments = [change + minutes * MINUTE for minutes in range(-160, 200, 40)]
        parts = sum(business_time(calendar, start, end) for start, end in pairwise(moments))
        assert parts == business_time(calendar, moments[0], moments[-1])
        ends = [deadline(calendar, moment, HOUR) for moment in moments]
        assert ends == sorted(ends)
        assert [business_time(calendar, *each) for each in zip(moments, ends, strict=True)] == [HOUR] * len(moments)


def test_these_are_200_zones_at_least() -> None:
    assert len(SOME_ZONES) >= 200


def _shows_hours(calendar: Calendar, moment: int) -> bool:
    """Return whether the clock of the zone shows hours of the calendar, found another way than by the module."""
    shown = datetime.fromtimestamp(moment / 1000, ZoneInfo(calendar.timezone))
    if shown.date().isoformat() in calendar.holidays:
        return False
    intervals = calendar.hours.get(WEEKDAYS[shown.weekday()], ())
    return any(opens <= shown.strftime("%H:%M") < closes for opens, closes in intervals)


def _is_inside(calendar: Calendar, moment: int) -> bool:
    """Return whether a moment shows hours, or a clock changes on that day."""
    return _shows_hours(calendar, moment) or bool(_changes(calendar, moment - DAY, moment + DAY))


def _changes(calendar: Calendar, start: int, end: int) -> list[int]:
    """List the moments at which the clock of a calendar's zone is changed, to the minute."""
    zone = ZoneInfo(calendar.timezone)

    def offset(moment: int) -> timedelta | None:
        return datetime.fromtimestamp(moment / 1000, zone).utcoffset()

    found = []
    for low in range(start, end, 5 * DAY):
        earlier, later = low, min(low + 5 * DAY, end)
        if offset(earlier) == offset(later):
            continue
        while later - earlier > 1:
            middle = (earlier + later) // 2
            if offset(middle) == offset(earlier):
                earlier = middle
            else:
                later = middle
        found.append(later)
    return found


# --- What is refused ---


def faults_of(hours: dict[str, list[tuple[str, str]]], holidays: tuple[str, ...] = ()) -> dict[str, str]:
    return {fault.field: fault.reason for fault in check_calendar(hours, holidays)}


def test_a_calendar_in_order_has_no_faults() -> None:
    hours = {"mon": [("13:00", "17:00"), ("09:00", "12:00"), ("12:00", "12:30")], "sun": [("00:00", "24:00")]}
    assert faults_of(hours, ("2026-12-25", "2026-01-01")) == {}


@pytest.mark.parametrize("hours", [{}, {"mon": [], "tue": []}])
def test_a_calendar_without_hours_is_refused(hours: dict[str, list[tuple[str, str]]]) -> None:
    assert faults_of(hours) == {"hours": "there are none: open the calendar on one weekday at least"}


@pytest.mark.parametrize(
    ("interval", "reason"),
    [
        (("9:00", "17:00"), "'9:00' is not a time of day from 00:00 to 24:00 like 09:00"),
        (("09:00", "25:00"), "'25:00' is not a time of day"),
        (("09:00", "24:01"), "'24:01' is not a time of day"),
        (("09:00", "09:60"), "'09:60' is not a time of day"),
        (("09:00", "１７:00"), "is not a time of day"),
        (("09:00", "17:00\n"), "is not a time of day"),
        (("09:00", "09:00"), "09:00 to 09:00 is no time at all: leave it out"),
        (("22:00", "06:00"), "write two intervals: 22:00 to 24:00, and 00:00 to 06:00 on the next day"),
        (("24:00", "06:00"), "ends before it begins"),
    ],
)
def test_an_interval_that_is_none_is_refused(interval: tuple[str, str], reason: str) -> None:
    assert reason in faults_of({"tue": [("01:00", "02:00"), interval]})["hours.tue[1]"]


def test_intervals_that_overlap_are_refused() -> None:
    faults = faults_of({"wed": [("11:00", "13:00"), ("09:00", "12:00")]})
    assert faults == {"hours.wed": "09:00 to 12:00 and 11:00 to 13:00 overlap: join them"}


def test_a_day_that_no_week_has_is_refused() -> None:
    faults = faults_of({"monday": [("09:00", "12:00")]})
    assert faults == {"hours.monday": "there is no such day; the days are mon, tue, wed, thu, fri, sat, sun"}


def test_too_many_intervals_and_holidays_are_refused() -> None:
    many = [(f"{hour:02}:00", f"{hour:02}:30") for hour in range(13)]
    assert faults_of({"fri": many}) == {"hours.fri": "there are 13 intervals; at most 12 are allowed"}
    weekends = [TODAY + timedelta(days=7 * week) for week in range(MOST_HOLIDAYS + 1)]
    faults = faults_of({"mon": [("09:00", "12:00")]}, tuple(day.isoformat() for day in weekends))
    assert faults == {"holidays": "there are 401; at most 400 are allowed"}


@pytest.mark.parametrize("text", ["2026-02-30", "20261224", "2026-W01-1", "24.12.2026", "1969-12-31", "2201-01-01", ""])
def test_a_holiday_that_is_no_day_is_refused(text: str) -> None:
    faults = faults_of({"mon": [("09:00", "12:00")]}, ("2026-12-24", text))
    assert faults == {"holidays[1]": f"{text!r} is not a day from 1970 to 2200 like 2026-12-24"}


def test_holidays_of_a_year_on_end_are_refused() -> None:
    days = [TODAY + timedelta(days=day) for day in range(SEARCHED_DAYS)]
    hours = {day: [("09:00", "17:00")] for day in WEEKDAYS}
    year = tuple(day.isoformat() for day in days[:365])
    assert "closed from 2026-01-01 to 2026-12-31" in faults_of(hours, year)["holidays"]
    assert faults_of(hours, year[:-1]) == {}
    assert faults_of(hours, (*year[:180], *year[181:])) == {}
    assert faults_of({}, tuple(day.isoformat() for day in days)).keys() == {"hours"}


def test_holidays_on_every_open_weekday_of_a_year_are_refused() -> None:
    mondays = [date(2026, 1, 5) + timedelta(days=7 * week) for week in range(60)]
    texts = [day.isoformat() for day in reversed(mondays)]
    hours = {"mon": [("09:00", "17:00")], "tue": []}
    assert faults_of(hours, tuple(texts[:51])) == {}
    assert "it needs hours each year" in faults_of(hours, tuple(texts[:52]))["holidays"]


def test_a_calendar_that_is_not_refused_always_opens_within_the_search() -> None:
    hours = dict.fromkeys(WEEKDAYS, OFFICE)
    holidays = tuple((TODAY + timedelta(days=day)).isoformat() for day in range(364))
    assert check_calendar(hours, holidays) == []
    calendar = Calendar("closed", "Pacific/Auckland", hours, holidays)
    assert local(next_opening(calendar, at("2025-12-31T17:00", "Pacific/Auckland")), "Pacific/Auckland") == (
        "2026-12-31 09:00"
    )
