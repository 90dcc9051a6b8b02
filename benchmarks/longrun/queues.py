"""Simulated SQS: at least once, in any order, again after a failure, and to the dead-letter queue in the end."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.longrun.timeline import MINUTE, SECOND, Timeline
from earshot.adapters import sqs_submissions
from earshot.domain.submission import Submission

DUPLICATES = 0.05
LATE = 0.03


@dataclass(slots=True)
class Message:
    """A message: its body, when it was sent among the others, how often it was received, whether it is done."""

    body: Any
    number: int
    receives: int = 0
    is_done: bool = False


# Handles a message; None when done, else after how many milliseconds it is to come again.
Handler = Callable[[Message], int | None]


class Queue:
    """A queue and its function; while `closed_until` lies ahead it keeps what it has."""

    late, how_late = LATE, 2 * MINUTE

    def __init__(self, timeline: Timeline, chance: Random, handler: Handler, most_receives: int) -> None:
        self.counts: Counter[str] = Counter()
        self.dead: list[Any] = []
        self.closed_until = 0
        self.waiting = 0
        self._timeline = timeline
        self._chance = chance
        self._handler = handler
        self._most = most_receives
        self._newest = -1

    def send(self, tasks: Iterable[Any], delay: int = 0) -> None:
        """Take messages in; some will be delivered twice, some late."""
        for body in self._bodies(tasks):
            self.counts["sent"] += 1
            message = Message(body, self.counts["sent"])
            self.waiting += 1
            self._deliver_in(message, delay * SECOND + self._way())
            if self._chance.random() < DUPLICATES:
                self.counts["duplicates"] += 1
                # Half of them at the same moment, half when the first is long done.
                self._deliver_in(message, delay * SECOND + self._way() * self._chance.choice((1, 400)))

    def backlog(self) -> int:
        """Return how much waits."""
        return self.waiting

    def _bodies(self, tasks: Iterable[Mapping[str, Any]]) -> Iterable[Any]:
        return [dict(task) for task in tasks]

    def _way(self) -> int:
        """Return how long a message takes (milliseconds): mostly nothing, sometimes so long that others overtake it."""
        mean = self.how_late if self._chance.random() < self.late else 300
        return int(self._chance.expovariate(1 / mean))

    def _deliver_in(self, message: Message, wait: int) -> None:
        self._timeline.after(wait, lambda: self._deliver(message))

    def _deliver(self, message: Message) -> None:
        if self._timeline.now < self.closed_until:
            self._timeline.at(self.closed_until + self._way(), lambda: self._deliver(message))
            return
        message.receives += 1
        self.counts["overtaken"] += message.number < self._newest
        self._newest = max(self._newest, message.number)
        again = self._handler(message)
        if again is None:
            self.waiting -= not message.is_done
            message.is_done = True
        elif message.is_done:
            return
        elif message.receives >= self._most:
            self.waiting -= 1
            message.is_done = True
            self.dead.append(message.body)
        else:
            self.counts["again"] += 1
            self._deliver_in(message, again)


class SubmissionQueue(Queue):
    """The queue of responses given through links: many are recorded minutes after the click."""

    late, how_late = 0.4, 8 * MINUTE

    def _bodies(self, tasks: Iterable[Submission]) -> Iterable[Any]:  # type: ignore[override]
        return list(sqs_submissions.pack(tasks))
