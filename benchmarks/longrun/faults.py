"""Stands between the services and their ports: any call may break before or after its effect, wait, or come twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol
from zlib import crc32

from benchmarks.longrun.timeline import SECOND, Timeline
from earshot.domain.errors import BusyError

# What the SDK sends again by itself when the reply was lost: conditional writes; transactions carry a token.
SENT_AGAIN = frozenset(
    {f"invitations.{name}" for name in ("claim", "release", "record_sent", "decline", "add_attempt", "rewrite")}
    | {"budgets.spend", "suppressions.add", "suppressions.unsubscribe"}
    | {"feedback.add_delivery_events", "feedback.stop", "feedback.retry"}
)
# So that every call breaks in every way, however seldom it is made: once for certain, soon after the first so many.
SEVERAL = 7
HALT = 4 * SECOND


class EffectRecorder(Protocol):
    """The interface that is called with every effect."""

    def seen(self, run: "Run | None", name: str, args: tuple[Any, ...], result: Any) -> None:
        """Note the effect of a call of a run."""


class CrashError(Exception):
    """The function died here."""


BROKEN = (CrashError, BusyError)


@dataclass(slots=True)
class Run:
    """One run of a function: when it began, as moment and as step, and when the platform ends it.

    `claim` is what it claimed and has not settled yet, `visitor` the address of a page's visitor.
    """

    name: str
    began: int
    step: int
    deadline: int
    claim: Any = None
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely a call breaks, is sent again by the SDK, or halts its run while others work."""

    breaks: float = 0.006
    sent_again: float = 0.002
    halts: float = 0.04


class Faults:
    """Breaks calls by chance, and reports every effect to a recorder, also when the reply is lost."""

    def __init__(self, chance: Random, timeline: Timeline, chances: Chances, recorder: EffectRecorder) -> None:
        self.chance = chance
        self.timeline = timeline
        self.chances = chances
        self.recorder = recorder
        self.calls: Counter[str] = Counter()
        self.broken: Counter[tuple[str, str]] = Counter()
        self.runs: list[Run] = []

    @contextmanager
    def run(self, name: str, timeout: int, ended: Callable[[Run], None]) -> Iterator[Run]:
        """Run a function; its calls meanwhile are its own, until a run that began later has ended."""
        run = Run(name, self.timeline.now, self.timeline.tick(), self.timeline.now + timeout)
        self.runs.append(run)
        try:
            yield run
        finally:
            self.runs.remove(run)
            ended(run)

    def around(self, name: str, port: Any) -> Any:
        """Stand around a port."""
        return Around(name, port, self)

    def call(self, name: str, method: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Make a call, if nothing comes in between."""
        if self.chance.random() < self.chances.halts:
            self.timeline.stall(int(self.chance.expovariate(1 / HALT)))
        self._end_what_is_late(name)
        self.calls[name] += 1
        draw = self.chance.random()
        breaks = self._certain(name) or self._drawn(draw)
        if breaks == "before":
            self._break(name, breaks)
        result = self._effect(name, method, args, options)
        if breaks == "after":
            self._break(name, breaks)
        if name in SENT_AGAIN and draw > 1 - self.chances.sent_again:
            self.broken[name, "sent again"] += 1
            result = self._effect(name, method, args, options)
        return result

    def _certain(self, name: str) -> str | None:
        # The first that is not broken yet: the call of its turn may have failed by itself.
        turn, calls = crc32(name.encode()) % SEVERAL + 1, self.calls[name]
        due = (("before", turn), ("after", turn + SEVERAL))
        return next((when for when, since in due if calls >= since and not self.broken[name, when]), None)

    def _drawn(self, draw: float) -> str | None:
        if draw >= self.chances.breaks:
            return None
        return "before" if draw < self.chances.breaks / 2 else "after"

    def _effect(self, name: str, method: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        result = method(*args, **options)
        self.timeline.tick()
        self.recorder.seen(self.runs[-1] if self.runs else None, name, args, result)
        return result

    def _end_what_is_late(self, name: str) -> None:
        if self.runs and self.timeline.now > self.runs[-1].deadline:
            self.broken[name, "timed out"] += 1
            raise CrashError(f"{self.runs[-1].name} was ended by its timeout before {name}")

    def _break(self, name: str, when: str) -> None:
        self.broken[name, when] += 1
        if self.chance.random() < 0.3:
            raise BusyError(f"{name} gave no reply")
        raise CrashError(f"died {when} {name}")


class Around:
    """A port whose calls may break."""

    def __init__(self, name: str, port: Any, faults: Faults) -> None:
        self._name = name
        self._port = port
        self._faults = faults

    def __getattr__(self, method: str) -> Any:
        real, name, faults = getattr(self._port, method), f"{self._name}.{method}", self._faults
        return lambda *args, **options: faults.call(name, real, args, options)
