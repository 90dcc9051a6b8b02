"""Turns as tests want them: of one step, or of as many as a clock of the test's allows."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.turn import Turn


def one_step(task: Mapping[str, Any] | None = None) -> Turn:
    """Return the turn of a message that has time for one step only."""
    return Turn.of(task or {}, lambda: False)


def long_turn(task: Mapping[str, Any] | None = None) -> Turn:
    """Return the turn of a message that has time for everything."""
    return Turn.of(task or {}, lambda: True)


class TimedTurns:
    """Turns that last so long on a clock that stands still but for what the test's work takes."""

    def __init__(self, seconds: float) -> None:
        self.now, self.taken, self._seconds = 0.0, 0, seconds

    def turn(self, task: Mapping[str, Any]) -> Turn:
        """Begin the turn of a message."""
        self.taken += 1
        end = self.now + self._seconds
        return Turn.of(task, lambda: self.now < end)
