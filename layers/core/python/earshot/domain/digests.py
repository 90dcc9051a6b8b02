"""Digests: what a role gets to read about a survey, at which hour, and about which days.

A digest is about whole days that are over where its recipient is. Each such day belongs to exactly one digest of a
rhythm, also where a clock is changed: a period is named by its days, and is due at an hour of the clock on the wall.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from earshot.domain.access import Role
from earshot.domain.iso_time import EPOCH, MILLISECOND, moment_of
from earshot.domain.keyed_hash import DIGEST, folded, keyed_hash
from earshot.domain.person_id import is_address

DAY = timedelta(1)
SATURDAY = 5
MOST_DIGESTS, MOST_RECIPIENTS = 200, 100
# The ids of destinations, as `POST /v1/destinations` makes them.
_DESTINATION = re.compile(r"to-[0-9a-f]{12}")


class DigestRole(Enum):
    """Who a digest is for, which decides what stands in it, in the word of the API."""

    FRONTLINE = "frontline"
    LEAD = "lead"
    EXECUTIVE = "executive"
    DEPARTMENT = "department"


# The roles of members who may read all that stands in a digest.
READERS: Mapping[DigestRole, frozenset[Role]] = {
    DigestRole.FRONTLINE: frozenset({Role.OWNER, Role.MANAGER, Role.FRONTLINE}),
    DigestRole.LEAD: frozenset({Role.OWNER, Role.MANAGER}),
    DigestRole.EXECUTIVE: frozenset({Role.OWNER, Role.MANAGER, Role.EXECUTIVE}),
    DigestRole.DEPARTMENT: frozenset({Role.OWNER, Role.MANAGER, Role.FRONTLINE, Role.ANALYST}),
}


class Every(Enum):
    """How often a digest comes, in the word of the API: Monday to Friday, once a week, or on the first of a month."""

    WORKDAY = "workday"
    WEEK = "week"
    MONTH = "month"


class Period(NamedTuple):
    """The days that a digest is about, from `first` (inclusive) to `end` (exclusive), on which it is sent."""

    first: date
    end: date

    @property
    def last(self) -> date:
        """Return the last day."""
        return self.end - DAY

    @property
    def name(self) -> str:
        """Return the name of the period: its first and its last day, as ISO 8601 writes an interval."""
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


def read_period(name: str) -> Period:
    """Read a period by its name; ValueError if it is none."""
    first, _, last = name.partition("/")
    found = Period(date.fromisoformat(first), date.fromisoformat(last) + DAY)
    if found.first >= found.end:
        raise ValueError("a period ends before it begins")
    return found


class Schedule(NamedTuple):
    """When a digest comes: how often, at which hour where the recipient is, and if weekly on which day (0: Monday)."""

    every: Every
    hour: int
    weekday: int = 0

    def day_until(self, day: date) -> date:
        """Return the last day up to this one on which a digest comes, where the date is that."""
        if self.every is Every.WORKDAY:
            return day if day.weekday() < SATURDAY else day - timedelta(day.weekday() - SATURDAY + 1)
        if self.every is Every.WEEK:
            return day - timedelta((day.weekday() - self.weekday) % 7)
        return day.replace(day=1)

    def period_until(self, end: date) -> Period:
        """Return what the digest is about that comes on the last such day up to `end`: all since the one before."""
        day = self.day_until(end)
        return Period(self.day_until(day - DAY), day)

    def due_at(self, period: Period, zone: ZoneInfo) -> int:
        """Return when the digest about a period is due in a zone (Unix milliseconds).

        An hour that the clock jumps over means the moment of the jump, one that comes twice its first time.
        """
        local = datetime.combine(period.end, time(self.hour), zone)
        return (local.astimezone(UTC) - EPOCH) // MILLISECOND

    def latest_due(self, zone: ZoneInfo, now: int) -> Period:
        """Return the newest period whose digest is due by now (Unix milliseconds)."""
        # A day more: near an hour that a clock jumps over, the moment and the date may not fit together.
        period = self.period_until(_local_day(now, zone) + DAY)
        while self.due_at(period, zone) > now:
            period = self.period_until(period.first)
        return period

    def next_due(self, zone: ZoneInfo, now: int) -> int:
        """Return when the first digest after now is due (both Unix milliseconds)."""
        period = self.latest_due(zone, now)
        while (due := self.due_at(period, zone)) <= now:
            period = self._after(period)
        return due

    def _after(self, period: Period) -> Period:
        """Return the period that begins where one ends."""
        end = period.end + DAY
        while self.day_until(end) == period.end:
            end += DAY
        return Period(period.end, end)

    def pending(self, zone: ZoneInfo, now: int, *, since: int, known: date | None = None) -> list[Period]:
        """Return the periods whose digests are due by now and were not looked at, the oldest first.

        Those are the ones that end after the last day of a `known` one; without one, those due after `since`.
        """
        return list(_backwards(self, zone, now, since, known))[::-1]


def _backwards(schedule: Schedule, zone: ZoneInfo, now: int, since: int, known: date | None) -> Iterator[Period]:
    period = schedule.latest_due(zone, now)
    while (period.last > known) if known else (schedule.due_at(period, zone) > since):
        yield period
        period = schedule.period_until(period.first)


class RecipientKind(Enum):
    """What a recipient is: a member of the team, somebody else by their address, or a destination in Slack."""

    MEMBER = "member"
    ADDRESS = "address"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient as a digest names them (`to`), and the key by which items and links know them: never an address."""

    to: str
    key: str
    kind: RecipientKind


@dataclass(frozen=True, slots=True)
class Addressee:
    """A recipient as they are now: the address of a mail (None for Slack), the zone, the language, the member's id."""

    recipient: Recipient
    address: str | None
    timezone: str
    locale: str
    member: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the recipient's days begin and end."""
        return ZoneInfo(self.timezone)


def kind_of(to: str) -> RecipientKind:
    """Return what a recipient is by how they are named."""
    if is_address(to):
        return RecipientKind.ADDRESS
    return RecipientKind.DESTINATION if _DESTINATION.fullmatch(to) else RecipientKind.MEMBER


@dataclass(frozen=True)
class Digest:
    """A digest as kept; times are Unix milliseconds, `revision` starts at 1.

    `to` are ids of members, addresses, and ids of destinations in Slack. Without a `timezone` and a `locale` of its own
    it follows each member's; others have the survey's zone. A recipient who was never sent anything gets what is due
    after `since`. `next_at` is the next time anybody's is due, `skipped` the last period that somebody did not get, and
    why.
    """

    id: str
    role: DigestRole
    survey: str
    to: tuple[str, ...]
    schedule: Schedule
    segment: tuple[str, str] | None = None
    timezone: str | None = None
    locale: str | None = None
    made_at: int = 0
    since: int = 0
    next_at: int | None = None
    last_sent_at: int | None = None
    skipped: tuple[str, str] | None = None
    revision: int = 1

    @cached_property
    def has_addresses(self) -> bool:
        """Return whether somebody is named by their address."""
        return any(kind_of(to) is RecipientKind.ADDRESS for to in self.to)

    def recipients(self, hash_key: Callable[[], bytes]) -> list[Recipient]:
        """Return the recipients with their keys; addresses are hashed with a key, which is read only for them."""
        return [Recipient(to, _key_of(to, hash_key), kind_of(to)) for to in self.to]


def _key_of(to: str, hash_key: Callable[[], bytes]) -> str:
    # No id of a member or a destination begins with "@".
    return f"@{keyed_hash(hash_key(), DIGEST, folded(to))[:24]}" if kind_of(to) is RecipientKind.ADDRESS else to


def _local_day(now: int, zone: ZoneInfo) -> date:
    return moment_of(now).astimezone(zone).date()
