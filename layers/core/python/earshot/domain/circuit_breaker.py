"""The circuit breaker of a destination: after failures in a row it is left alone, and tried by one attempt at a time.

Every function instance shares it: it is one item, and each change of it rests on its revision.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

# Failures in a row that open it.
FAILURES = 5
# How long it stays open at first, and at most (milliseconds): each failed attempt doubles it.
FIRST_PAUSE, LONGEST_PAUSE = 30_000, 300_000
# How long at least after it first asked for patience (milliseconds); each time in a row for twice as long.
LEAST_PATIENCE = 2_000
# How long an attempt that tries the destination may take (milliseconds): longer than a function runs.
PROBE_LEASE = 60_000
# How many waiting deliveries go first once it replies again, how many more each time, and the time between (seconds).
FIRST_RELEASE, RELEASE_FACTOR, RELEASE_EVERY = 25, 2, 5


class BreakerState(Enum):
    """The state of a breaker, in the word of the API."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """A breaker as kept; `until` is when it may be tried next, `probe_until` when the present attempt is over.

    Both are Unix milliseconds. `failures` are those in a row, `pause` how long it was last left alone (milliseconds).
    It `is_releasing` after it closed, as long as deliveries may still wait for it.
    """

    destination: str
    failures: int = 0
    until: int | None = None
    pause: int = 0
    probe_until: int | None = None
    is_releasing: bool = False
    revision: int = 0

    def state(self, now: int) -> BreakerState:
        """Return its state at a moment."""
        if self.until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.until or not self._is_probed(now) else BreakerState.HALF_OPEN

    def may_try(self, now: int) -> bool:
        """Return whether an attempt may be made: it is closed, or its time is over and nobody else tries it."""
        return self.until is None or (now >= self.until and not self._is_probed(now))

    def tried(self, now: int) -> "Breaker":
        """Return it while one attempt tries the destination."""
        return self._next(probe_until=now + PROBE_LEASE)

    def after_success(self) -> "Breaker":
        """Return it after an attempt that the destination replied to.

        What it did not release yet it still does: only the planner sees that nothing waits any more.
        """
        if self.failures == 0 and self.until is None:
            return self
        is_releasing = self.is_releasing or self.until is not None
        return Breaker(self.destination, is_releasing=is_releasing, revision=self.revision + 1)

    def closed(self) -> "Breaker":
        """Return it closed, as nothing waits that could try the destination."""
        return Breaker(self.destination, revision=self.revision + 1)

    def releasing(self) -> "Breaker":
        """Return it closed, as somebody repaired the destination: what waited for it goes."""
        return Breaker(self.destination, is_releasing=True, revision=self.revision + 1)

    def released(self) -> "Breaker":
        """Return it once no delivery waits for it any more."""
        return self._next(is_releasing=False)

    def after_failure(self, now: int) -> "Breaker":
        """Return it after an attempt that failed: open after five in a row, and each time for twice as long."""
        failures = self.failures + 1
        if failures < FAILURES:
            return self._next(failures=failures)
        pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * self.pause))
        return self._next(failures=failures, until=now + pause, pause=pause, probe_until=None)

    def throttled(self, asked: int, now: int, draw: Callable[[], float]) -> "Breaker":
        """Return it open until a moment that the destination asked for, or longer; that is no failure.

        One that asks for no time, or for one that is over, would else be tried without end. So there is a least time,
        which doubles each time in a row; half of it is random, so that competitors part.
        """
        pause = min(LONGEST_PAUSE, max(LEAST_PATIENCE, 2 * self.pause))
        until = max(asked, now + int(pause * (1 + draw()) / 2))
        return self._next(until=until, pause=pause, probe_until=None)

    def left_until(self, moment: int) -> "Breaker":
        """Return it open until a moment, as its destination takes nothing; then one that waits is looked at."""
        return self._next(until=moment, probe_until=None)

    def due_at(self) -> int | None:
        """Return when the planner should look at it: to have it tried, or to release what still waits."""
        return self.until if self.until is not None else 0 if self.is_releasing else None

    def _is_probed(self, now: int) -> bool:
        return self.probe_until is not None and now < self.probe_until

    def _next(self, **changes: object) -> "Breaker":
        return replace(self, revision=self.revision + 1, **changes)  # type: ignore[arg-type]


def release_delays(waiting: int) -> list[int]:
    """Return after how many seconds each of the waiting deliveries goes: few at first, then ever more at a time."""
    delays: list[int] = []
    size, delay = FIRST_RELEASE, 0
    while len(delays) < waiting:
        delays += [delay] * min(size, waiting - len(delays))
        size, delay = size * RELEASE_FACTOR, delay + RELEASE_EVERY
    return delays
