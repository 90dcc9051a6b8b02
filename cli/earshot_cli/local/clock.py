"""The local stack's clock: the real time, and how far it was moved on, kept in a file; another keeps each move.

The engine's own Python loads this too: its stamps are the real time's, and an age is of the stack's.
"""

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

    @property
    def moves(self) -> Path:
        """Return the file with a line for each move: its real time, and how far ahead the clock was before."""
        return self.file.with_suffix(".moves")

    def moved_since(self, moment: float) -> int:
        """Return how far it was moved on since a moment of the real time."""
        return self.ahead - self._ahead_at(moment)

    def move_on(self, by: int) -> None:
        """Move it on for good; a reader never sees half a number."""
        with self.moves.open("a", encoding="utf-8") as moves:
            moves.write(f"{time.time_ns() // 1_000_000} {self.ahead}\n")
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{self.ahead + by}\n", encoding="utf-8")
        draft.replace(self.file)

    def _ahead_at(self, moment: float) -> int:
        for line in self._lines():
            made, _, before = line.partition(" ")
            if made.isdecimal() and before.isdecimal() and int(made) > moment:
                return min(int(before), self.ahead)
        return self.ahead

    def _lines(self) -> list[str]:
        try:
            return self.moves.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return []
