"""What a replay is asked for: from when, and after which response it continues (`2026-11-01@demo/2/01a1fdfa-…`)."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from earshot.domain.iso_time import instant
from earshot_cli.errors import UsageError

UTC = ZoneInfo("UTC")
# A replay of more needs a limit: so a million responses are not published again by mistake.
MOST_WITHOUT_LIMIT = 1_000_000
CURSOR = re.compile(r"([a-z0-9][a-z0-9-]{0,62})/([0-3])/([0-9a-f-]{36})")


@dataclass(frozen=True, order=True)
class Cursor:
    """A response in the order of the table: survey, shard, id."""

    survey: str
    shard: int
    id: str

    def __str__(self) -> str:
        return f"{self.survey}/{self.shard}/{self.id}"


@dataclass(frozen=True)
class Since:
    """From which moment (Unix milliseconds, as it was typed), and after which response a replay continues."""

    time: int
    typed: str
    after: Cursor | None = None

    def at(self, cursor: Cursor) -> str:
        """Return what `--since` takes to continue after a cursor."""
        return f"{self.typed}@{cursor}"


@dataclass(frozen=True)
class ReplayOptions:
    """What to publish again: a span of time, some surveys (none: all), at most so many, so many events a second."""

    start: Since
    end: int | None
    surveys: tuple[str, ...]
    detractors_only: bool
    most: int | None
    rate: int
    dry_run: bool


def read_since(text: str) -> Since:
    """Read a moment, and the cursor that an interrupted replay printed; UsageError if it is neither."""
    moment, at, cursor = text.strip().partition("@")
    return Since(read_moment(moment, "--since"), moment, _cursor(cursor) if at else None)


def read_moment(text: str, option: str) -> int:
    """Read a day (its first moment) or a time as Unix milliseconds; one without an offset is in UTC."""
    try:
        return instant(text.strip(), UTC)
    except ValueError:
        raise UsageError(
            f"{option} {text!r} is not a time: write a day such as 2026-11-01, or a time such as 2026-11-01T09:30Z."
        ) from None


def _cursor(text: str) -> Cursor:
    if (found := CURSOR.fullmatch(text)) is None:
        raise UsageError(f"--since …@{text} is not where a replay stopped: copy what the replay printed.")
    return Cursor(found[1], int(found[2]), found[3])
