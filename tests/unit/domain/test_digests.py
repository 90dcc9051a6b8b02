"""When a digest is due, about which days, and by which key its recipients are known."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from earshot.domain.digests import (
    Digest,
    DigestRole,
    Every,
    Period,
    RecipientKind,
    Schedule,
    kind_of,
    read_period,
)

BERLIN, NEW_YORK, APIA = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Pacific/Apia"))
DAILY, WEEKLY, MONTHLY = (Schedule(every, 8) for every in (Every.WORKDAY, Every.WEEK, Every.MONTH))


@pytest.mark.parametrize(
    ("schedule", "sent_on", "name"),
    [
        (DAILY, "2026-12-01", "2026-11-30/2026-11-30"),
        (DAILY, "2026-11-30", "2026-11-27/2026-11-29"),  # Monday has the weekend, and Friday
        (DAILY, "2026-11-29", "2026-11-26/2026-11-26"),  # on Sunday the newest is Friday's
        (WEEKLY, "2026-11-30", "2026-11-23/2026-11-29"),
        (WEEKLY, "2026-12-03", "2026-11-23/2026-11-29"),
        (Schedule(Every.WEEK, 8, weekday=3), "2026-12-03", "2026-11-26/2026-12-02"),
        (MONTHLY, "2026-12-01", "2026-11-01/2026-11-30"),
        (MONTHLY, "2028-03-31", "2028-02-01/2028-02-29"),
    ],
)
def test_a_period_has_all_days_since_the_digest_before(schedule: Schedule, sent_on: str, name: str) -> None:
    period = schedule.period_until(date.fromisoformat(sent_on))
    assert period.name == name
    assert read_period(name) == period


@pytest.mark.parametrize("name", ["", "2026-11-30", "2026-12-02/2026-12-01", "2026-11-30/x"])
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"ends before|isoformat"):
        read_period(name)


@pytest.mark.parametrize(
    ("hour", "zone", "day", "due"),
    [
        (8, BERLIN, "2026-12-01", "2026-12-01T07:00:00"),
        (2, BERLIN, "2026-03-29", "2026-03-29T01:00:00"),  # the hour that is left out: the moment of the jump
        (2, BERLIN, "2026-10-25", "2026-10-25T00:00:00"),  # the hour that comes twice: its first time
        (1, NEW_YORK, "2026-11-01", "2026-11-01T05:00:00"),
        (8, APIA, "2011-12-30", "2011-12-30T18:00:00"),  # a day that did not exist there
        (8, APIA, "2011-12-31", "2011-12-30T18:00:00"),
    ],
)
def test_it_is_due_at_an_hour_of_the_clock_on_the_wall(hour: int, zone: ZoneInfo, day: str, due: str) -> None:
    end = date.fromisoformat(day)
    found = Schedule(Every.WORKDAY, hour).due_at(Period(end - timedelta(1), end), zone)
    assert found == moment(due)


@pytest.mark.parametrize("schedule", [DAILY, WEEKLY, MONTHLY, Schedule(Every.WORKDAY, 2), Schedule(Every.WORKDAY, 0)])
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, APIA, ZoneInfo("Australia/Lord_Howe")])
def test_each_period_begins_where_the_one_before_ends(schedule: Schedule, zone: ZoneInfo) -> None:
    now = moment("2026-01-05T12:00:00")
    found = []
    while now < moment("2027-02-05T12:00:00"):
        now = schedule.next_due(zone, now)
        found.append(schedule.latest_due(zone, now))
        assert schedule.latest_due(zone, now - 1) == (found[-2] if len(found) > 1 else before(schedule, found[-1]))
    assert all(earlier.end == later.first for earlier, later in pairwise(found))
    assert schedule.pending(zone, now, since=moment("2026-01-05T12:00:00")) == found


def test_the_day_that_a_zone_left_out_is_due_with_the_next_one() -> None:
    now = moment("2011-12-30T18:00:00")
    assert DAILY.latest_due(APIA, now).end == date(2011, 12, 30)
    # The 31st was a Saturday.
    assert DAILY.next_due(APIA, now) == moment("2012-01-01T18:00:00")


def test_what_was_looked_at_is_not_pending_and_what_was_not_is_whatever_the_hour_was() -> None:
    now = moment("2026-12-04T07:00:00")
    last_week = date(2026, 11, 30)
    found = DAILY.pending(BERLIN, now, since=now, known=last_week)
    assert [each.name for each in found] == [
        "2026-12-01/2026-12-01",
        "2026-12-02/2026-12-02",
        "2026-12-03/2026-12-03",
    ]
    assert DAILY.pending(BERLIN, now, since=now, known=date(2026, 12, 3)) == []
    assert DAILY.pending(BERLIN, now, since=now) == []
    assert DAILY.pending(BERLIN, now, since=now - 1) == found[-1:]


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("mia", RecipientKind.MEMBER),
        ("to-0123", RecipientKind.MEMBER),
        ("mia@example.com", RecipientKind.ADDRESS),
        ("to-0123456789ab", RecipientKind.DESTINATION),
    ],
)
def test_a_recipient_is_known_by_how_they_are_named(to: str, kind: RecipientKind) -> None:
    assert kind_of(to) is kind


def test_the_key_of_a_recipient_holds_no_address() -> None:
    digest = Digest("weekly", DigestRole.LEAD, "demo", ("mia", "Ann@Example.com", "to-0123456789ab"), WEEKLY)
    member, address, slack = digest.recipients(lambda: b"key")
    assert (member.key, slack.key) == ("mia", "to-0123456789ab")
    assert address.key.startswith("@")
    assert "ann" not in address.key.lower()
    again = Digest("weekly", DigestRole.LEAD, "demo", ("ann@example.com",), WEEKLY)
    assert [each.key for each in again.recipients(lambda: b"key")] == [address.key]
    assert [each.key for each in again.recipients(lambda: b"other")] != [address.key]


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def before(schedule: Schedule, period: Period) -> Period:
    return schedule.period_until(period.first)
