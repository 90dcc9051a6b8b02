"""Windows: half-open ranges of whole local days that a score is computed over."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = 3650


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `start` (inclusive) to `end` (exclusive), as many as `days`; None for all there ever were."""

    days: int | None
    start: date
    end: date

    @property
    def previous(self) -> "Window | None":
        """Give the window of the same length that ends where this one begins; None for `all`."""
        if self.days is None:
            return None
        return Window(self.days, self.start - timedelta(self.days), self.start)

    def holds(self, day: str) -> bool:
        """Tell whether an ISO 8601 day lies in the window."""
        return self.start.isoformat() <= day < self.end.isoformat()


def rolling(length: str, last_day: date) -> Window:
    """Make the window `30d` or `all` that ends with a day, that day included; ValueError if it makes no sense."""
    end = last_day + timedelta(1)
    if length == "all":
        return Window(None, date.min, end)
    found = re.fullmatch(r"([1-9][0-9]{0,3})d", length, re.ASCII)
    if not found or int(found[1]) > LONGEST:
        raise ValueError(f"{length[:40]!r} is neither 'all' nor a number of days from '1d' to '{LONGEST}d'")
    days = int(found[1])
    return Window(days, end - timedelta(days), end)
