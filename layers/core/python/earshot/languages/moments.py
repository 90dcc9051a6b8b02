"""Moments as people in an office read them: weekday, day and time in their zone and language."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from earshot.languages.catalogue import language_of

# Of the days on which a weekday alone cannot be mistaken for that of another week.
A_WEEK = timedelta(days=6)


def moment(at: int, zone: str, locale: str | None) -> str:
    """Return a moment (Unix milliseconds) in full, as `Tue 24 Nov, 14:00`."""
    local, names = _local(at, zone), _names()[language_of(locale)]
    return str(names["moment"]).format(
        weekday=names["weekdays"][local.weekday()],
        day=local.day,
        month=names["months"][local.month - 1],
        time=f"{local:%H:%M}",
    )


def moment_seen_from(at: int, now: int, zone: str, locale: str | None) -> str:
    """Return a moment as short as one can who reads it now: as `14:00`, `Tue 14:00` or in full."""
    local, today = _local(at, zone), _local(now, zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if abs(local.date() - today.date()) <= A_WEEK and at > now:
        return f"{_names()[language_of(locale)]['weekdays'][local.weekday()]} {local:%H:%M}"
    return moment(at, zone, locale)


def _local(at: int, zone: str) -> datetime:
    """Return a moment by the clocks of a zone; UTC if it is no longer known."""
    try:
        return datetime.fromtimestamp(at // 1000, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.fromtimestamp(at // 1000, UTC)


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(
        files("earshot.languages").joinpath("staff", "moments.json").read_text(encoding="utf-8")
    )
    return found
