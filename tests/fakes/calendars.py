"""Calendars in memory."""

from earshot.domain.business_time import Calendar


class InMemoryCalendars:
    """Calendars in a dictionary."""

    def __init__(self, *calendars: Calendar) -> None:
        self.kept = {calendar.id: calendar for calendar in calendars}

    def all(self) -> dict[str, Calendar]:
        return dict(sorted(self.kept.items()))

    def get(self, calendar: str) -> Calendar | None:
        return self.kept.get(calendar)

    def put(self, calendar: Calendar, replaces: Calendar | None) -> bool:
        if not self._is(calendar.id, replaces):
            return False
        self.kept[calendar.id] = calendar
        return True

    def delete(self, calendar: Calendar) -> bool:
        if not self._is(calendar.id, calendar):
            return False
        del self.kept[calendar.id]
        return True

    def _is(self, calendar: str, expected: Calendar | None) -> bool:
        found = self.kept.get(calendar)
        return (found and found.revision) == (expected and expected.revision)
