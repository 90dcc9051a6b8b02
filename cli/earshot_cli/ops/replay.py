"""A replay from beginning to end: counted, refused if it is too much, announced with progress, and told."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from earshot import bootstrap
from earshot.adapters.eventbridge import EventBridgeBus
from earshot.domain.errors import BusyError
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops.aws_errors import told
from earshot_cli.ops.doctor.results import counted
from earshot_cli.ops.replay_options import MOST_UNASKED, Order
from earshot_cli.ops.replay_run import Pace, Replay
from earshot_cli.ops.response_scan import ResponseWalk, Wanted
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import survey_ids
from earshot_cli.screen import note, notes, say


def replay(stack: Stack, order: Order) -> None:
    """Announce responses again; a replay that stops says where to go on."""
    wanted = Wanted(order.start.time, order.end, order.detractors_only)
    walk = ResponseWalk(stack.client("dynamodb"), stack.physical("Table"), wanted)
    with told(stack.place):
        surveys = survey_ids(stack, order.surveys)
        there = _count(walk.counts(surveys, order.start.after))
        _refuse_too_many(there, order)
        bus = None if order.dry_run else EventBridgeBus(stack.client("events"), stack.physical("Bus"))
        run = Replay(bus, Pace(order.rate), bootstrap.pause, detractors_only=order.detractors_only)
        with _stopping(run, order):
            _follow(run.run(walk.pages(surveys, order.start.after), order.most), min(there, order.most or there))
    _tell(run, order)


def _count(counts: Iterable[int]) -> int:
    total = 0
    columns = (TextColumn("{task.description}", markup=False),)
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("Counting responses")
        for total in counts:
            progress.update(task, description=f"Counting responses: {total:,}")
    return total


def _refuse_too_many(there: int, order: Order) -> None:
    if there > MOST_UNASKED and order.most is None:
        raise UsageError(
            f"{there:,} responses were received since {order.start.typed}, and more than {MOST_UNASKED:,} are not "
            f"announced again unasked: begin with --most {MOST_UNASKED}, which says where to go on."
        )


def _follow(done: Iterator[int], total: int) -> None:
    columns = TextColumn("Announcing again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("", total=total)
        for responses in done:
            progress.update(task, completed=responses)


@contextmanager
def _stopping(run: Replay, order: Order) -> Iterator[None]:
    """Say where a replay stopped, whatever stopped it."""
    try:
        yield
    except (BusyError, KeyboardInterrupt) as stop:
        note(f"Stopped: {_sum(run)}.", "yellow")
        note(_go_on(run, order), "yellow")
        if isinstance(stop, BusyError):
            raise CommandError(f"{str(stop).capitalize()}: wait a little, then go on.") from stop
        raise typer.Exit(130) from None


def _tell(run: Replay, order: Order) -> None:
    say(f"{'Dry run, nothing was announced: ' if order.dry_run else 'Announced again: '}{_sum(run)}.")
    if run.unreadable:
        note(f"{counted(run.unreadable, 'item')} could not be read as responses, and left out.", "yellow")
    if run.refused:
        note(f"{run.refused:,} events were refused by the bus for good; they were left out.", "yellow")
    if order.most is not None and run.responses >= order.most:
        note(_go_on(run, order), "dim")


def _sum(run: Replay) -> str:
    types = ", ".join(f"{count:,} {name}" for name, count in sorted(run.announced.items()))
    events, responses = counted(run.announced.total(), "event"), counted(run.responses, "response")
    return f"{events} of {responses}" + (f" ({types})" if types else "")


def _go_on(run: Replay, order: Order) -> str:
    reached = run.reached or order.start.after
    since = order.start.at(reached) if reached else order.start.typed
    return f"To go on there: --since {since}, everything else as before."
