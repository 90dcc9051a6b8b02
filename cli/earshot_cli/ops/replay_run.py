"""Announce responses again from the table, under the ids they were announced by: slowly, and from where it stopped."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from earshot.adapters.dynamodb import table_keys
from earshot.domain.events import Event, repeated_events
from earshot.domain.response import Response
from earshot.domain.response_events import IDENTIFIED
from earshot.ports.messaging import Bus
from earshot.services.events.publish_events import put_events
from earshot_cli.ops.replay_options import Position
from earshot_cli.ops.response_scan import Page

# As many responses as go out before the pace is looked at: a few puts of ten events.
STEP = 20

Clock = Callable[[], float]
Sleep = Callable[[float], None]


class Pace:
    """Holds events to so many a second, counted from the first."""

    def __init__(self, rate: int, clock: Clock = time.monotonic, sleep: Sleep = time.sleep) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._began: float | None = None
        self._sent = 0

    def keep(self, events: int) -> None:
        """Wait until so many more events are due."""
        now = self._clock()
        if self._began is None:
            self._began = now
        self._sent += events
        if (early := self._began + self._sent / self._rate - now) > 0:
            self._sleep(early)


class Replay:
    """One replay: what it announced so far, by detail-type, and the last response that is done."""

    def __init__(self, bus: Bus | None, pace: Pace, pause: Callable[[int], None], *, detractors_only: bool) -> None:
        self.announced: Counter[str] = Counter()
        self.responses = 0
        self.unreadable = 0
        self.refused = 0
        self.reached: Position | None = None
        self._bus = bus
        self._pace = pace
        self._pause = pause
        self._detractors_only = detractors_only

    def run(self, pages: Iterator[Page], most: int | None) -> Iterator[int]:
        """Announce page by page, at most so many responses; yields how many are done.

        Without a bus nothing is announced, only counted. Raises UnsentError while the bus is away.
        """
        for page in pages:
            left = None if most is None else most - self.responses
            for step in _steps(page.responses[:left]):
                self._announce(step)
                yield self.responses
            self.unreadable += page.unreadable
            if left is not None and len(page.responses) >= left:
                return

    def _announce(self, responses: Sequence[Response]) -> None:
        events = [event for response in responses for event in repeated_events(response) if self._is_wanted(event)]
        refused = []
        if self._bus is not None and events:
            refused = put_events(events, self._bus, self._pause)
            self._pace.keep(len(events))
        self.refused += len(refused)
        self.announced.update(event.detail_type for event in events if event not in refused)
        self.responses += len(responses)
        last = responses[-1]
        self.reached = Position(last.survey, table_keys.shard_of(last.id), last.id)

    def _is_wanted(self, event: Event) -> bool:
        return not self._detractors_only or event.detail_type == IDENTIFIED


def _steps(responses: Sequence[Response]) -> Iterator[list[Response]]:
    walk = iter(responses)
    while step := list(islice(walk, STEP)):
        yield step
