"""The current time of a stack; that of `make run` can be moved forward."""

import time
from datetime import UTC, date, datetime, timedelta

from earshot_cli.connection import local_stack
from earshot_cli.errors import UsageError
from earshot_cli.local.clock import Clock
from earshot_cli.ops.stack import Stack

# The time zone in which a day begins first.
EASTERNMOST = timedelta(hours=14)


def now(stack: Stack) -> int:
    """Return the stack's time, Unix milliseconds."""
    return Clock(local_stack(None).clock).now if stack.is_local else time.time_ns() // 1_000_000


def require_past(stack: Stack, moment: int, option: str, typed: str) -> None:
    """Raise UsageError for a moment (Unix milliseconds) in the future."""
    if moment > (current := now(stack)):
        raise UsageError(f"{option} {typed} is in the future: it is {_time(current):%Y-%m-%dT%H:%MZ} now.")


def require_begun(stack: Stack, day: date, option: str) -> None:
    """Raise UsageError for a day that has not begun in any time zone."""
    if day > (latest := (_time(now(stack)) + EASTERNMOST).date()):
        raise UsageError(f"{option} {day} is in the future: the latest day in any time zone is {latest}.")


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
