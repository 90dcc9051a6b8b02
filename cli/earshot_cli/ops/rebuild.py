"""`earshot rebuild`: the counts of a survey corrected to a recount of its responses, while responses keep arriving."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import date, timedelta
from typing import NamedTuple
from uuid import uuid4

import typer

from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.sqs import SqsTaskQueue
from earshot.domain.survey import Survey
from earshot_cli.ops.aws_errors import plain_errors, stoppable
from earshot_cli.ops.consumers import paused
from earshot_cli.ops.count_drift import CountedResponse, Place, Reading, Share, drift, recount
from earshot_cli.ops.count_items import CountItems, known_series, last_rebuild_of, numbers_of, own_day, share_of
from earshot_cli.ops.response_scan import ResponsesByDay
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import find_survey
from earshot_cli.phrases import counted
from earshot_cli.screen import note, spinner, write

Days = tuple[date, date]
# As many days as are compared at once: the more, the fewer queries; the fewer, the less memory.
CHUNK = 31
# How often a day is read before the queue consumers are paused, and while they are.
ATTEMPTS, ATTEMPTS_PAUSED = 4, 20
# What writes counts out of a queue. Corrections and erasures over HTTP go on.
COUNTING = ("RecordResponsesFunction", "BackfillSegmentsFunction")


class Difference(NamedTuple):
    """A number that was not what a recount gives."""

    place: Place
    attribute: str
    counted: int
    recounted: int


class Rebuild:
    """One rebuild: what it recounted, and the places whose drift could not be measured."""

    def __init__(
        self,
        survey: Survey,
        responses: ResponsesByDay,
        counts: CountItems,
        pause: Callable[[int], None],
        rebuild: str | None,
    ) -> None:
        """`rebuild` is the id noted with each corrected count; None corrects nothing."""
        self.survey = survey.id
        self.responses = 0
        self.days: set[str] = set()
        self.unsettled: dict[date, list[Place]] = {}
        self._survey = survey
        self._responses = responses
        self._counts = counts
        self._pause = pause
        self._rebuild = rebuild

    def span(self, wanted: Days | None = None) -> Days | None:
        """Return the wanted days that hold responses or counts, the last exclusive; None if there are none."""
        days = [date.fromisoformat(day) for day in self._counts.days(known_series(self._survey))]
        if found := self._responses.span():
            days += [found[0], found[1] - timedelta(days=1)]
        if not days:
            return None
        first, end = min(days), max(days) + timedelta(days=1)
        if wanted is not None:
            first, end = max(first, wanted[0]), min(end, wanted[1])
        return (first, end) if first < end else None

    def run(self, first: date, end: date, progress: Callable[[date], None]) -> Iterator[Difference]:
        """Compare and correct the days from `first` to `end` (exclusive); yields each difference once corrected.

        Days that changed too often to be sure of are left in `unsettled`.
        """
        start = first
        while start < end:
            stop = min(start + timedelta(days=CHUNK), end)
            differing = self._differing(start, stop, progress)
            for day in sorted({own_day(place.sk) for place in differing}):
                places = [place for place in differing if own_day(place.sk) == day]
                yield from self._settle(date.fromisoformat(day), places, ATTEMPTS)
            start = stop

    def settle(self) -> Iterator[Difference]:
        """Correct the days that are left, with more attempts."""
        left, self.unsettled = self.unsettled, {}
        for day, places in left.items():
            yield from self._settle(day, places, ATTEMPTS_PAUSED)

    def _differing(self, first: date, end: date, progress: Callable[[date], None]) -> list[Place]:
        """Return the places that seem to differ; some only do because responses arrived in between."""
        series = known_series(self._survey)

        def shares() -> Iterator[Share]:
            for page in self._responses.between(first, end):
                self.responses += sum(response.counts for response in page)
                series.update(*(response.counted_series for response in page))
                yield from map(share_of, page)
                progress(first)

        recounted = recount(shares())
        counts = dict(self._counts.between(series, first, end))
        self.days |= {own_day(place.sk) for place in recounted}
        return sorted(place for place in counts.keys() | recounted.keys() if counts.get(place, {}) != recounted[place])

    def _settle(self, day: date, places: Iterable[Place], attempts: int) -> Iterator[Difference]:
        """Read some places of a day until it is certain what each lacks, and add that."""
        left = list(places)
        for attempt in range(attempts):
            before, items = self._reading(day), self._counts.read(left)
            counts = {place: numbers_of(items.get(place, {})) for place in left}
            for place, lacking in (drift(before, counts, self._reading(day)) or {}).items():
                if self._is_corrected(place, lacking, last_rebuild_of(items.get(place))):
                    left.remove(place)
                    yield from _differences(place, lacking, counts[place])
            if not left:
                return
            self._pause(attempt)
        self.unsettled[day] = left

    def _is_corrected(self, place: Place, lacking: Mapping[str, int], last_rebuild: str | None) -> bool:
        return not lacking or self._rebuild is None or self._counts.add(place, lacking, last_rebuild, self._rebuild)

    def _reading(self, day: date) -> Reading:
        """Read a day's responses; those with equal shares hold one share in memory."""
        shares: dict[frozenset[tuple[tuple[Place, str], int]], Share] = {}
        reading = {}
        for page in self._responses.between(day, day + timedelta(days=1)):
            for response in page:
                share = share_of(response)
                share = shares.setdefault(frozenset(share.items()), share)
                reading[response.id] = CountedResponse(response.revision, share)
        return reading


def rebuild(stack: Stack, name: str, days: Days | None, *, dry_run: bool) -> None:
    """Correct the counts of a survey, or of some of its days; exit code 1 if something is left to do."""
    with plain_errors(stack.place):
        survey = find_survey(stack, name)
        client, table = stack.client("dynamodb"), stack.table
        responses, counts = ResponsesByDay(client, table, survey), CountItems(client, table, survey.id)
        run = Rebuild(survey, responses, counts, bootstrap.pause, None if dry_run else uuid4().hex[:12])
        with stoppable(lambda: "the counts listed above are corrected; the next rebuild corrects the rest."):
            differing = _run(stack, run, run.span(days), dry_run=dry_run)
        if differing and not dry_run:
            SqsTaskQueue(stack.client("sqs"), stack.physical("ScoreQueue")).send([{"survey": survey.id}])
    _report(run, differing, dry_run=dry_run)
    if run.unsettled or (differing and dry_run):
        raise typer.Exit(1)


def _run(stack: Stack, run: Rebuild, days: Days | None, *, dry_run: bool) -> int:
    """Rebuild, and print each difference; returns how many numbers differed."""
    if days is None:
        return 0
    with spinner("Recounting") as show:

        def progress(day: date) -> None:
            show(f"Recounting {run.responses:,} responses: {day} of {days[0]} to {days[1]}")

        differing = _print_each(run, run.run(*days, progress))
        if run.unsettled:
            show("Recounting days that keep changing")
            # Only what changes all the time needs quiet, and only what is corrected is worth a pause.
            with nullcontext() if dry_run else paused(stack, COUNTING):
                differing += _print_each(run, run.settle())
    return differing


def _print_each(run: Rebuild, differences: Iterable[Difference]) -> int:
    number = 0
    for found in differences:
        number += 1
        series = found.place.pk.removeprefix(table_keys.counts(run.survey, ""))
        what = found.attribute.replace("h", "score ", 1) if found.attribute[1:].isdecimal() else found.attribute
        write(f"{series} {found.place.sk} {what}: counted {found.counted:,}, recounted {found.recounted:,}", "red")
    return number


def _report(run: Rebuild, differing: int, *, dry_run: bool) -> None:
    totals = f"{counted(run.responses, 'response')}, {counted(len(run.days), 'day')}"
    if not differing:
        write(f"{run.survey}: counts equal a recount of {totals}.", "green")
    elif dry_run:
        numbers = counted(differing, "number differs", "numbers differ")
        write(f"{run.survey}: {numbers} from a recount of {totals}; dry run, nothing was changed.", "bold red")
    else:
        numbers = counted(differing, "number was", "numbers were")
        write(f"{run.survey}: {numbers} corrected to a recount of {totals}.", "green")
        note("Stored scores follow within a minute.", "dim")
    if run.unsettled:
        days = ", ".join(str(day) for day in sorted(run.unsettled)[:5])
        note(
            f"Responses of {days} kept changing, so those counts are unsure: run it again when it is quieter.", "yellow"
        )


def _differences(place: Place, lacking: Mapping[str, int], counts: Mapping[str, int]) -> Iterator[Difference]:
    for name, amount in lacking.items():
        yield Difference(place, name, counts.get(name, 0), counts.get(name, 0) + amount)
