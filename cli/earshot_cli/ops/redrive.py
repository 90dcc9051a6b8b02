"""A redrive from beginning to end: which queue, how many, what became of them, what came back."""

import time
from collections.abc import Sequence
from uuid import uuid4

import typer
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from earshot import bootstrap
from earshot.adapters.eventbridge import EventBridgeBus
from earshot.domain.errors import BusyError
from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import told
from earshot_cli.ops.dead_letter_queues import (
    PARKED,
    QUEUE,
    UNCOUNTED,
    UNDELIVERED,
    DeadLetters,
    attributes,
    chosen,
    dead_letters_of,
    messages_in,
)
from earshot_cli.ops.dead_letters import Deed, Letter, Letters
from earshot_cli.ops.doctor.results import counted
from earshot_cli.ops.redrive_actions import AnnouncedFromTheTable, BackToWork, ToTheirTargets, response_of
from earshot_cli.ops.stack import Stack
from earshot_cli.screen import note, notes, out, say

# How long to look what comes back: a message that nobody can read fails all its tries within seconds.
LOOK_SECONDS = 15.0
POLL_SECONDS = 0.5
MOST_LOOKED_AT = 1_000
MOST_SHOWN = 20
FORGOTTEN = (
    f"What {UNCOUNTED} tells of, the stream has forgotten, so nothing can be counted from it; the messages stay. "
    "Which surveys' funnels are short, docs/runbooks/uncounted-records.md helps to find out."
)


def overview(stack: Stack) -> None:
    """Show every queue that can be redriven, how many wait in it, and where it leads."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("queue", "waiting", "a redrive leads"):
        table.add_column(column, overflow="fold", justify="right" if column == "waiting" else "left")
    with told(stack.place):
        for one in dead_letters_of(stack):
            table.add_row(one.queue.name, f"{one.queue.messages:,}", _way(one))
    out.print(table)


def redrive(stack: Stack, named: str, most: int | None, *, dry_run: bool) -> None:
    """Bring what waits in a queue back on its way."""
    with told(stack.place):
        letters = chosen(named, dead_letters_of(stack), stack)
        there = letters.queue.messages
        if letters.queue.name == UNCOUNTED and there:
            raise CommandError(FORGOTTEN)
        if not there:
            say(f"{letters.queue.name} is empty: there is nothing to redrive.")
            return
        going = min(there, most or there)
        if dry_run:
            about = f"{going:,} of about {there:,} in {letters.queue.name}"
            say(f"Dry run, nothing was moved: {about} would go {_way(letters)}.")
            _show_parked(stack, letters)
            return
        _redrive(stack, letters, going, most)


def _show_parked(stack: Stack, dead: DeadLetters) -> None:
    """Name some of the responses that parked keys are of; other items may have a person in their name."""
    if dead.queue.name != PARKED:
        return
    parked: list[str] = []

    def note_down(letters: Sequence[Letter]) -> list[Letter]:
        parked.extend(response for letter in letters if (response := response_of(letter)))
        return []

    for _ in Letters(stack.client("sqs"), dead.queue.url, "").walk(note_down, None):
        if len(parked) >= MOST_SHOWN:
            break
    for response in parked[:MOST_SHOWN]:
        say(f"  the response {response}")


def _way(one: DeadLetters) -> str:
    ways = {
        PARKED: "onto the bus, announced anew from the table",
        UNDELIVERED: "to the queue each was meant for",
        UNCOUNTED: "nowhere yet",
    }
    return f"back to {one.work.name}" if one.work else ways[one.queue.name]


def _redrive(stack: Stack, dead: DeadLetters, going: int, most: int | None) -> None:
    sqs, mark = stack.client("sqs"), uuid4().hex
    walk, deed = Letters(sqs, dead.queue.url, mark), _deed(stack, dead, mark)
    columns = TextColumn(f"Redriving {dead.queue.name}"), BarColumn(), MofNCompleteColumn()
    try:
        with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
            task = progress.add_task("", total=going)
            for done in walk.walk(deed, most):
                progress.update(task, completed=done)
    except (BusyError, KeyboardInterrupt) as stop:
        so_far = f"{walk.done:,} messages of {dead.queue.name} are done, the others still there"
        if isinstance(stop, BusyError):
            raise CommandError(f"{so_far} ({stop}): try again in a while.") from stop
        note(f"Stopped: {so_far}.", "yellow")
        raise typer.Exit(130) from None
    _tell(walk, dead, deed)
    _look_what_comes_back(stack, dead, mark)


def _deed(stack: Stack, dead: DeadLetters, mark: str) -> Deed:
    sqs = stack.client("sqs")
    if dead.work is not None:
        return BackToWork(sqs, dead.work.url, mark)
    if dead.queue.name == UNDELIVERED:
        urls = [resource.physical for resource in stack.of_kind(QUEUE).values()]
        return ToTheirTargets(sqs, {attributes(sqs, url)["QueueArn"]: url for url in urls}, mark)
    bus = EventBridgeBus(stack.client("events"), stack.physical("Bus"))
    return AnnouncedFromTheTable(stack, bus, bootstrap.pause, bootstrap.now())


def _tell(walk: Letters, dead: DeadLetters, deed: Deed) -> None:
    say(f"{counted(walk.done, 'message')} of {dead.queue.name} went {_way(dead)}.")
    if isinstance(deed, AnnouncedFromTheTable):
        say(f"{counted(deed.events, 'event was', 'events were')} announced.")
    if walk.left:
        note(f"{walk.left:,} were left where they are: {_why_left(dead)}", "yellow")


def _why_left(dead: DeadLetters) -> str:
    if dead.queue.name == UNDELIVERED:
        return "they name no queue of this stack in their attribute TARGET_ARN."
    return "what stands under their keys cannot be read; deploy a version that can, then redrive again."


def _look_what_comes_back(stack: Stack, dead: DeadLetters, mark: str) -> None:
    """Wait until the work queue is empty, or for a while, and say what is in the dead letters then."""
    sqs, deadline = stack.client("sqs"), time.monotonic() + LOOK_SECONDS
    while dead.work and messages_in(attributes(sqs, dead.work.url)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    look = Letters(sqs, dead.queue.url, mark)
    for _ in look.walk(lambda _: [], None):
        if look.came_back + look.left >= MOST_LOOKED_AT:
            break
    if look.came_back:
        note(f"{look.came_back:,} came back: they fail still. The log says why, docs/runbooks what to do.", "yellow")
    now = messages_in(attributes(sqs, dead.queue.url))
    say(f"{dead.queue.name} holds {f'about {now:,}' if now else 'none'} now.")
