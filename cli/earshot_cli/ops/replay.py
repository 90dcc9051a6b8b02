"""`earshot replay`: responses published again from the table, under the ids they had, at a bounded rate."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from rich.progress import TimeRemainingColumn

from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.eventbridge import EventBridgeBus
from earshot.adapters.sqs import SqsTaskQueue
from earshot.domain.events import Event, repeated_events
from earshot.domain.response import IDENTIFIED, Response
from earshot.ports.messaging import Bus, TaskQueue
from earshot.services.events.publish_events import put_events
from earshot_cli.errors import UsageError
from earshot_cli.ops.aws_errors import plain_errors, stoppable
from earshot_cli.ops.replay_options import MOST_WITHOUT_LIMIT, Cursor, ReplayOptions
from earshot_cli.ops.response_scan import Page, ResponseScan, Selection
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import survey_ids
from earshot_cli.phrases import counted
from earshot_cli.screen import note, progress_bar, spinner, write

# As many responses are published before the rate is checked: a few puts of ten events.
STEP = 20


class Pace:
    """Limits events to so many a second, counted from the first."""

    def __init__(
        self, rate: int, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
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
    """One replay: what it published so far, by detail-type, and the last response that is done.

    Once for each survey it asks for the scores, too: where events were lost, these tasks may have been lost with them.
    """

    def __init__(
        self,
        bus: Bus | None,
        scores: TaskQueue,
        pace: Pace,
        pause: Callable[[int], None],
        *,
        detractors_only: bool,
    ) -> None:
        self.published: Counter[str] = Counter()
        self.responses = 0
        self.unreadable = 0
        self.refused = 0
        self.reached: Cursor | None = None
        self._bus = bus
        self._scores = scores
        self._surveys: set[str] = set()
        self._pace = pace
        self._pause = pause
        self._detractors_only = detractors_only

    def run(self, pages: Iterator[Page], most: int | None) -> Iterator[int]:
        """Publish page by page, at most so many responses; yields how many are done.

        Without a bus nothing is published, only counted. Raises UnsentError while the bus is away.
        """
        for page in pages:
            left = None if most is None else most - self.responses
            responses = page.responses[:left]
            for start in range(0, len(responses), STEP):
                self._publish(responses[start : start + STEP])
                yield self.responses
            self.unreadable += page.unreadable
            if left is not None and len(page.responses) >= left:
                return

    def _publish(self, responses: Sequence[Response]) -> None:
        events = [event for response in responses for event in repeated_events(response) if self._is_wanted(event)]
        refused = []
        if self._bus is not None and events:
            self._ask_for_scores({response.survey for response in responses} - self._surveys)
            refused = put_events(events, self._bus, self._pause)
            self._pace.keep(len(events))
        self.refused += len(refused)
        self.published.update(event.detail_type for event in events if event not in refused)
        self.responses += len(responses)
        last = responses[-1]
        self.reached = Cursor(last.survey, table_keys.shard_of(last.id), last.id)

    def _ask_for_scores(self, surveys: AbstractSet[str]) -> None:
        self._scores.send([{"survey": survey} for survey in sorted(surveys)])
        self._surveys |= surveys

    def _is_wanted(self, event: Event) -> bool:
        return not self._detractors_only or event.detail_type == IDENTIFIED


def replay(stack: Stack, options: ReplayOptions) -> None:
    """Publish responses again; a replay that stops prints where to continue."""
    selection = Selection(options.start.time, options.end, options.detractors_only)
    scan = ResponseScan(stack.client("dynamodb"), stack.table, selection)
    with plain_errors(stack.place):
        surveys = survey_ids(stack, options.surveys)
        there = _count(scan.counts(surveys, options.start.after))
        if there > MOST_WITHOUT_LIMIT and options.most is None:
            raise UsageError(
                f"{there:,} responses were received since {options.start.typed}. To replay more than "
                f"{MOST_WITHOUT_LIMIT:,}, begin with --most {MOST_WITHOUT_LIMIT}, which prints where to continue."
            )
        bus = None if options.dry_run else EventBridgeBus(stack.client("events"), stack.physical("Bus"))
        scores = SqsTaskQueue(stack.client("sqs"), stack.physical("ScoreQueue"))
        run = Replay(bus, scores, Pace(options.rate), bootstrap.pause, detractors_only=options.detractors_only)
        total = min(there, options.most or there)
        stopped = stoppable(lambda: f"{_summary(run)}.\n{_how_to_continue(run, options)}")
        with stopped, progress_bar("Publishing again", total, TimeRemainingColumn()) as show:
            for responses in run.run(scan.pages(surveys, options.start.after), options.most):
                show(responses)
    _report(run, options)


def _count(counts: Iterator[int]) -> int:
    total = 0
    with spinner("Counting responses") as show:
        for total in counts:
            show(f"Counting responses: {total:,}")
    return total


def _report(run: Replay, options: ReplayOptions) -> None:
    write(f"{'Dry run, nothing was published: ' if options.dry_run else 'Published again: '}{_summary(run)}.")
    if run.unreadable:
        note(f"{counted(run.unreadable, 'item was', 'items were')} skipped: not readable as a response.", "yellow")
    if run.refused:
        note(f"{counted(run.refused, 'event was', 'events were')} skipped: refused by the bus for good.", "yellow")
    if options.most is not None and run.responses >= options.most:
        note(_how_to_continue(run, options), "dim")


def _summary(run: Replay) -> str:
    types = ", ".join(f"{count:,} {name}" for name, count in sorted(run.published.items()))
    events, responses = counted(run.published.total(), "event"), counted(run.responses, "response")
    return f"{events} of {responses}" + (f" ({types})" if types else "")


def _how_to_continue(run: Replay, options: ReplayOptions) -> str:
    reached = run.reached or options.start.after
    since = options.start.at(reached) if reached else options.start.typed
    return f"To continue: --since {since}, and all other options unchanged."
