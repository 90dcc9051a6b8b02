"""Moves of the local clock as they are typed: `+3d`, `+1d12h`, or a moment still to come."""

import re
from datetime import UTC, datetime

from earshot_cli.errors import UsageError

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
LONGEST_DAYS = 400
SPAN = re.compile(r"\+(?:([0-9]{1,9})w)?(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?")
BACK = re.compile(r"-\s*[0-9]")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_move(text: str, now: int) -> int:
    """Return the milliseconds that a move means, for a clock that shows `now`; UsageError for one it cannot make."""
    move = text.strip()
    if BACK.match(move):
        raise _backwards(text)
    by = _span(move) if move.startswith("+") else _until(move, now)
    if by < 0:
        raise _backwards(text)
    if by == 0:
        raise UsageError(f"{text!r} does not move the clock.")
    if by > LONGEST_DAYS * DAY:
        raise UsageError(f"{text!r} is too far: the clock moves at most {LONGEST_DAYS} days at once.")
    return by


def in_words(milliseconds: int) -> str:
    """Return a span in days, hours and minutes: `1 day and 12 hours`; less than a minute is shown in seconds."""
    units = (("day", DAY), ("hour", HOUR), ("minute", MINUTE))
    parts, left = [], milliseconds
    for unit, size in units:
        count, left = divmod(left, size)
        parts += [_counted(count, unit)] if count else []
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or _counted(
        left // 1000, "second"
    )


def moment(milliseconds: int) -> str:
    """Return a moment with its day of the week, to the minute and in UTC."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%A %Y-%m-%d %H:%M UTC")


def _span(move: str) -> int:
    found = SPAN.fullmatch(move)
    if found is None or not any(found.groups()):
        raise _no_move(move)
    return sum(int(count or 0) * size for count, size in zip(found.groups(), (WEEK, DAY, HOUR, MINUTE), strict=True))


def _until(move: str, now: int) -> int:
    """A time without an offset is one in UTC, as all times that the command shows are."""
    try:
        read = datetime.fromisoformat(move)
    except ValueError:
        raise _no_move(move) from None
    to = read if read.tzinfo else read.replace(tzinfo=UTC)
    return round((to - EPOCH).total_seconds() * 1000) - now


def _no_move(text: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a move: write +3d, +12h, +30m, +2w or +1d12h (weeks, days, hours, minutes in this order), "
        "or the time to move to, such as 2027-01-31T09:00."
    )


def _backwards(text: str) -> UsageError:
    return UsageError(
        f"{text!r} is back in time, and the clock only goes forward: what was sent stays sent. "
        "`make clean` deletes the clock with everything else."
    )


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"
