"""One side of the recording bench: a handler, a survey of its own, and batches of one size."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE, Handler, handler_of
from benchmarks.metering import Meter, metered
from benchmarks.submissions import Crowd, batches
from benchmarks.transaction_each import TransactionEach
from earshot import bootstrap
from earshot.domain.response import ALL
from earshot.domain.segment_values import Source
from earshot.domain.survey import Survey

UNIT_BATCHES = 10
EACH = "a transaction a response"


@dataclass(frozen=True, slots=True)
class Spent:
    """What a number of responses cost to write, and in how many transactions (chunks)."""

    responses: int
    persons: int
    count_items: int
    chunks: int
    batches: int
    total: float
    other: float
    reads: float


@dataclass(slots=True)
class Side:
    """A handler at work; `size` is None where batches make no difference to it."""

    name: str
    crowd: Crowd
    handler: Handler
    size: int | None
    round: int
    moment: int
    segments: tuple[str, ...]
    sent: int = 0

    def begin(self) -> float:
        """Make the survey and let every value be seen once; give the units that this alone cost beyond the rule."""
        tracked = self.segments
        survey = Survey(self.crowd.survey, "Bench", segments=tracked, open_segments=tracked, created_at="now")
        if not bootstrap.surveys().put(survey, None):
            raise BenchError(f"there is a survey {survey.id} already")
        if self.size is None:
            self._meet_everyone()
            return 0
        return self._spend(300).other

    def units(self) -> Spent:
        """Return what the steady state costs."""
        return self._spend(UNIT_BATCHES * (self.size or 10))

    def speed(self) -> float:
        """Return the responses recorded a second in one round."""
        events = self._events(self.round)
        start = time.perf_counter()
        for event in events:
            self._handle(event)
        return self.round / (time.perf_counter() - start)

    def check(self) -> None:
        """Compare the counts with what was sent."""
        days = bootstrap.counts().days(self.crowd.survey, ALL, "0", "9")
        counted = sum(histogram.responses for histogram in days.values())
        if counted != self.sent:
            raise BenchError(f"{self.crowd.survey}: {self.sent} sent, {counted} counted")

    def _spend(self, count: int) -> Spent:
        events = self._events(count)
        with metered(bootstrap.client("dynamodb")) as meter:
            for event in events:
                self._handle(event)
        return _spent(meter, len(events))

    def _events(self, count: int) -> list[dict[str, object]]:
        submissions = list(self.crowd.submissions(self.moment, self.sent, count))
        self.sent += count
        return batches(submissions, self.size or 10)

    def _handle(self, event: dict[str, object]) -> None:
        failed = self.handler(event, None)["batchItemFailures"]
        if failed:
            raise BenchError(f"{len(failed)} messages failed")

    def _meet_everyone(self) -> None:
        """Note the values of the segments, which this design would have to do too."""
        for submission in self.crowd.submissions(self.moment, 0, 300):
            for segment in self.segments:
                name = submission.statement.properties[segment]
                bootstrap.surveys().admit(self.crowd.survey, segment, [name], Source.OPEN)


def sides_of(crowd: Crowd, segments: Sequence[str], moment: int) -> list[Side]:
    """Return the recorder in hundreds and in tens, and last the transaction for each response."""
    recorder = handler_of("record_responses")
    each = TransactionEach(bootstrap.client("dynamodb"), TABLE)

    def side(name: str, handler: Handler, size: int | None, round_: int) -> Side:
        its_own = replace(crowd, survey=f"{crowd.survey}-{size or 'each'}")
        return Side(name, its_own, handler, size, round_, moment, tuple(segments))

    return [
        side("Earshot, hundreds", recorder, 100, 400),
        side("Earshot, tens", recorder, 10, 200),
        side(EACH, each, None, 100),
    ]


def _spent(meter: Meter, events: int) -> Spent:
    responses = persons = count_items = 0
    other = 0.0
    chunks = {id(call) for call in meter.writes if call.operation == "TransactWriteItems"}
    for call in meter.writes:
        kinds = [(action.get("Item") or action["Key"])["pk"]["S"][:2] for _, action in call.actions]
        if not set(kinds) <= {"R#", "P#", "C#"}:
            chunks.discard(id(call))
            other += call.write_units
            continue
        responses += kinds.count("R#")
        persons += kinds.count("P#")
        count_items += kinds.count("C#")
    total, reads = (sum(call.write_units for call in meter.writes), sum(call.read_units for call in meter.reads))
    return Spent(responses, persons, count_items, len(chunks), events, total, other, reads)
