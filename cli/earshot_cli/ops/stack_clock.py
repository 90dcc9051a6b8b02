"""The present of a stack, against which a moment lies in the future; `make run`'s clock can be moved on."""

import time
from datetime import UTC, date, datetime, timedelta

from earshot_cli.connection import local_stack
from earshot_cli.errors import UsageError
from earshot_cli.local.clock import Clock
from earshot_cli.ops.stack import Stack

# Where it is tomorrow first.
EASTERNMOST = timedelta(hours=14)


def now(stack: Stack) -> int:
    """Give the stack's time, Unix milliseconds."""
    return Clock(local_stack(None).clock).now if stack.is_local else time.time_ns() // 1_000_000


def must_have_come(stack: Stack, moment: int, option: str, typed: str) -> None:
    """Refuse a moment (Unix milliseconds) that is still to come, with UsageError."""
    if moment > (present := now(stack)):
        raise UsageError(f"{option} {typed} lies in the future: it is {_time(present):%Y-%m-%dT%H:%MZ} now.")


def must_have_begun(stack: Stack, day: date, option: str) -> None:
    """Refuse a day that has begun nowhere on earth yet, with UsageError."""
    if day > (latest := (_time(now(stack)) + EASTERNMOST).date()):
        raise UsageError(f"{option} {day} lies in the future: nobody has {latest + timedelta(1)} yet.")


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
