"""The local stack's clock: the real time, and how far it was moved on, kept in a file."""

import time
from dataclasses import dataclass
from pathlib import Path

# A century, in milliseconds; the functions believe no file that says more.
FURTHEST_AHEAD = 100 * 365 * 86_400_000


@dataclass(frozen=True)
class Clock:
    """The clock that the file belongs to; all times are milliseconds."""

    file: Path

    @property
    def ahead(self) -> int:
        """How far it is ahead of the real time; a file that is none moved nothing, as the functions see it."""
        try:
            ahead = int(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return 0
        return ahead if 0 <= ahead <= FURTHEST_AHEAD else 0

    @property
    def now(self) -> int:
        """The stack's time, since 1970."""
        return time.time_ns() // 1_000_000 + self.ahead

    def move_on(self, by: int) -> None:
        """Move it on for good; nobody ever reads half a number."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{self.ahead + by}\n", encoding="utf-8")
        draft.replace(self.file)
