"""Windows: half-open ranges of whole local days that a score is computed over."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

LONGEST = 3650
ALL_DAYS = "all"
# The calendar's own windows, and of how many months they are made.
CALENDAR = {"month": 1, "quarter": 3}


class Window(NamedTuple):
    """Days from `start` (inclusive) to `end` (exclusive); `length` is its name: `30d`, `month`, `quarter` or `all`."""

    length: str
    start: date
    end: date

    @property
    def days(self) -> int | None:
        """Count the days of the window; None for all there ever were."""
        return None if self.length == ALL_DAYS else (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """Return the last day of the window."""
        return self.end - timedelta(1)

    @property
    def previous(self) -> "Window | None":
        """Return the window before this one: as many days, or the whole month or quarter before.

        None for `all`.
        """
        if self.length == ALL_DAYS:
            return None
        return Window(self.length, opening(self.length, self.start - timedelta(1)), self.start)

    def from_first(self, days: Sequence[str]) -> "Window":
        """Return a window of all days that begins with the first of the ascending days with a response."""
        if self.length != ALL_DAYS:
            return self
        first = date.fromisoformat(days[0]) if days else self.end
        return self._replace(start=min(first, self.end))

    def holds(self, day: str) -> bool:
        """Return whether an ISO 8601 day is in the window."""
        return self.start.isoformat() <= day < self.end.isoformat()


def rolling(length: str, last_day: date) -> Window:
    """Make the window that ends with a day, that day included; ValueError if its length makes no sense."""
    return Window(check_length(length), opening(length, last_day), last_day + timedelta(1))


def check_length(length: str) -> str:
    """Return the name of a window; raise ValueError if there is none of this name."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})d", length, re.ASCII)
    if length not in CALENDAR and length != ALL_DAYS and (not found or int(found[1]) > LONGEST):
        raise ValueError(
            f"{length[:40]!r} is neither 'month', 'quarter' or 'all' nor a number of days from '1d' to '{LONGEST}d'"
        )
    return length


def opening(length: str, last_day: date) -> date:
    """Return the first day of the window of this length that ends with a day, that day included."""
    if length == ALL_DAYS:
        return date.min
    if months := CALENDAR.get(length):
        return last_day.replace(month=last_day.month - (last_day.month - 1) % months, day=1)
    return last_day - timedelta(days_in(length) - 1)


def days_in(length: str) -> int:
    """Count the days of a window such as `30d`."""
    return int(length.removesuffix("d"))
