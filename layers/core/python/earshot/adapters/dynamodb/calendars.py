"""Calendars in DynamoDB, all in one partition."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, delete, put
from earshot.domain.business_time import Calendar


class DynamoDBCalendars(TableAdapter):
    """The `Calendars` port over the table."""

    def all(self) -> dict[str, Calendar]:
        """Read all calendars as they are now, by their ids."""
        items = self._table.query(Query(partition=table_keys.CALENDARS, consistent=True))
        return {item["sk"]: read_calendar(item) for item in items}

    def get(self, calendar: str) -> Calendar | None:
        """Read a calendar as it is now."""
        item = self._table.get(table_keys.calendar_key(calendar))
        return read_calendar(item) if item else None

    def put(self, calendar: Calendar, replaces: Calendar | None) -> bool:
        """Write a calendar if it still is what it `replaces`; False if another writer was faster."""
        item = calendar_item(calendar)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=replaces.revision))

    def delete(self, calendar: Calendar) -> bool:
        """Delete a calendar if it still is this one."""
        return self._table.write(delete(table_keys.calendar_key(calendar.id), "v = :old", old=calendar.revision))


def calendar_item(calendar: Calendar) -> dict[str, Any]:
    """Write a calendar."""
    return {
        **table_keys.calendar_key(calendar.id),
        "type": "calendar",
        "v": calendar.revision,
        "timezone": calendar.timezone,
        "hours": dict(calendar.hours),
        "holidays": list(calendar.holidays),
    }


def read_calendar(item: Item) -> Calendar:
    """Read a calendar back; KeyError, TypeError or ValueError if the item is none."""
    return Calendar(
        id=item["sk"],
        timezone=item["timezone"],
        hours={day: tuple((opens, closes) for opens, closes in intervals) for day, intervals in item["hours"].items()},
        holidays=tuple(item["holidays"]),
        revision=item["v"],
    )
