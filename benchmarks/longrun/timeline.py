"""Simulated time: what happens next, and what happens while a function is running."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# So many runs are at work at the same moment, each halted in the middle of the one before.
MOST_AT_WORK = 4


class Timeline:
    """The clock of a run, in Unix milliseconds, and the events that lie ahead; `step` orders what is simultaneous."""

    def __init__(self, start: int) -> None:
        self.now = start
        self.step = 0
        self.waits = 0
        self._ahead: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = count()
        self._at_work = 1

    def at(self, time: int, happens: Callable[[], None]) -> None:
        """Schedule something at a moment, or now if that has passed."""
        heappush(self._ahead, (max(time, self.now), next(self._sequence), happens))

    def after(self, wait: int, happens: Callable[[], None]) -> None:
        """Schedule something after some milliseconds."""
        self.at(self.now + wait, happens)

    def tick(self) -> int:
        """Count one step; return its number, which is greater than that of all before."""
        self.step += 1
        return self.step

    def run(self, until: int) -> None:
        """Run everything that lies before a moment."""
        while self._ahead and self._ahead[0][0] < until:
            self._happen()
        self.now = max(self.now, until)

    def stall(self, wait: int) -> None:
        """Halt the running function for some milliseconds, in which the others go on."""
        until = self.now + wait
        if self._at_work < MOST_AT_WORK:
            self._at_work += 1
            self.waits += 1
            try:
                while self._ahead and self._ahead[0][0] <= until:
                    self._happen()
            finally:
                self._at_work -= 1
        self.now = max(self.now, until)

    def _happen(self) -> None:
        time, _, happens = heappop(self._ahead)
        self.now = max(self.now, time)
        happens()
