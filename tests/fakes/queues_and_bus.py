"""Where things are handed on to: queue, CRM and bus."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from earshot.domain.events import Event
from earshot.domain.submission import Submission


class InMemoryQueue:
    """A queue that keeps what was sent, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, int]] = []
        self.deferred: list[tuple[str, int]] = []

    def send(self, items: Iterable[Submission] | Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        self.sent += [(item, delay) for item in items]

    def defer(self, receipt: str, seconds: int) -> None:
        self.deferred.append((receipt, seconds))

    def backlog(self) -> int:
        return len(self.sent)

    def take(self) -> list[Any]:
        """Return what was sent, and drop it."""
        taken = [item for item, _ in self.sent]
        self.sent = []
        return taken


class InMemoryBus:
    """A bus that keeps what it was given; a test may make it refuse or lose some."""

    def __init__(self) -> None:
        self.published: list[Event] = []
        self.put_once: Callable[[Sequence[Event]], list[Event]] = self._take

    def put(self, events: Sequence[Event]) -> list[Event]:
        return self.put_once(events)

    def _take(self, events: Sequence[Event]) -> list[Event]:
        self.published += events
        return []
