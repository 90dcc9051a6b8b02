"""Work in turns: a function that cannot do all of it leaves the rest to a message in its own queue.

AWS would stop such a loop after 16 turns; our functions are allowed to go on (`RecursiveLoop: Allow`), so they count.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

# So many turns any work may take; beyond them each must have taken so many steps on average.
FREE_TURNS = 20
STEPS_A_TURN = 2


class TooManyTurnsError(Exception):
    """Work took more turns than work of its size can need: it would probably go on for ever."""


class Turn:
    """One turn of some work: its number, and the steps that it and the turns before it took.

    A step is a page, a person or a response: what is done at once. A turn takes one at least, and another as long as
    there is time.
    """

    __slots__ = ("_before", "_has_time", "_taken", "number")

    def __init__(self, number: int = 1, steps: int = 0, has_time: Callable[[], bool] = lambda: True) -> None:
        self.number = number
        self._before, self._taken, self._has_time = steps, 0, has_time

    @classmethod
    def of(cls, task: Mapping[str, Any], has_time: Callable[[], bool]) -> Self:
        """Read which turn a message asks for; TooManyTurnsError if the steps taken so far are too few for it."""
        number, steps = int(task.get("turn", 1)), int(task.get("steps", 0))
        if number > FREE_TURNS + steps // STEPS_A_TURN:
            raise TooManyTurnsError(f"turn {number} after {steps} steps")
        return cls(number, steps, has_time)

    @property
    def steps(self) -> int:
        """Return how many steps were taken so far, the turns before included."""
        return self._before + self._taken

    def has_time(self) -> bool:
        """Return whether the next step may begin, and count it."""
        if self._taken and not self._has_time():
            return False
        self._taken += 1
        return True

    def next(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Write what remains as the message of the next turn."""
        return {**task, "turn": self.number + 1, "steps": self.steps}


def without_turns(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message that begins to count again where the work stopped."""
    return {name: value for name, value in task.items() if name not in ("turn", "steps", "rounds")}
