"""Queues, the event bus, and the system that detractors are reported to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.domain.submission import Submission


class SubmissionQueue(Protocol):
    """The queue of submissions that the recorder reads."""

    def send(self, submissions: Iterable[Submission], delay: int = 0) -> None:
        """Queue submissions, all of them or raise BusyError; `delay` in seconds."""


class TaskQueue(Protocol):
    """A queue of work that one of our functions leaves for another, or for its own next turn."""

    def send(self, tasks: Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        """Queue tasks, all of them or raise BusyError; `delay` in seconds."""


class DeliveryQueue(Protocol):
    """The queue of deliveries; those to one destination do not hold up others."""

    def send(self, tasks: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        """Queue tasks, each after so many seconds; all of them, or raise BusyError."""


class Backlog(Protocol):
    """Counts what a queue holds."""

    def __call__(self) -> int:
        """Return about how many messages wait or are being processed."""


class UnsentError(BusyError):
    """Some events did not go out yet (`unsent`, to be tried again); `refused` names those that never will."""

    def __init__(self, unsent: Sequence[Event], refused: Sequence[Event]) -> None:
        super().__init__(f"{len(unsent)} events could not be sent yet")
        self.unsent, self.refused = list(unsent), list(refused)


class Bus(Protocol):
    """The event bus."""

    def put(self, events: Sequence[Event]) -> list[Event]:
        """Publish events; return those the bus will never take. Raises UnsentError if any did not go out yet."""


class Crm(Protocol):
    """The system that detractors are reported to."""

    def deliver(self, key: str, payload: Mapping[str, Any]) -> None:
        """Post a payload under an idempotency key; BusyError unless it was taken."""
