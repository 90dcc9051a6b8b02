"""The calendars of business hours."""

from typing import Protocol

from earshot.domain.business_time import Calendar


class Calendars(Protocol):
    """The calendars that are stored."""

    def all(self) -> dict[str, Calendar]:
        """Read all calendars as they are now, by their ids."""

    def get(self, calendar: str) -> Calendar | None:
        """Read a calendar as it is now."""

    def put(self, calendar: Calendar, replaces: Calendar | None) -> bool:
        """Write a calendar if it still is what it `replaces` (None: none yet); False if another was faster."""

    def delete(self, calendar: Calendar) -> bool:
        """Delete a calendar if it still is this one; False if another was faster."""
