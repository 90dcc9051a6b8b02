"""`earshot redrive`: failed messages sent back to work, and how many of them failed again."""

import time
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from rich import box
from rich.table import Table

from earshot import bootstrap
from earshot.adapters.eventbridge import EventBridgeBus
from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import plain_errors, stoppable
from earshot_cli.ops.dead_letters import (
    PARKED,
    QUEUE,
    UNCOUNTED,
    UNDELIVERED,
    Action,
    DeadLetter,
    DeadLetterQueue,
    QueueWalk,
    attributes,
    dead_letter_queues,
    find_queue,
    messages_in,
    send,
)
from earshot_cli.ops.redrive_actions import RedeliverToTargets, RepublishFromTable, response_of
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted
from earshot_cli.screen import note, out, progress_bar, write

# How long to watch for messages that come back: an unreadable message fails all its attempts within seconds.
WATCH_SECONDS = 15.0
POLL_SECONDS = 0.5
MOST_WATCHED = 1_000
MOST_SHOWN = 20
UNCOUNTABLE = (
    f"The stream no longer has the records that {UNCOUNTED} refers to, so they cannot be counted; the messages stay. "
    "docs/runbooks/uncounted-records.md explains how to find the funnels that are short."
)
UNREADABLE = "the items of their keys cannot be read; deploy a version that can, then redrive again."
NO_TARGET = "their attribute TARGET_ARN names no queue of this stack."


def list_queues(stack: Stack) -> None:
    """Print every queue that can be redriven, how many messages wait in it, and where a redrive sends them."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("queue", "waiting", "a redrive sends them"):
        table.add_column(column, overflow="fold", justify="right" if column == "waiting" else "left")
    with plain_errors(stack.place):
        for one in dead_letter_queues(stack):
            table.add_row(one.queue.name, f"{one.queue.messages:,}", _destination(one))
    out.print(table)


def redrive(stack: Stack, name: str, most: int | None, *, dry_run: bool) -> None:
    """Send the messages of a queue back to work."""
    with plain_errors(stack.place):
        dead = find_queue(stack, name)
        there = dead.queue.messages
        if dead.queue.name == UNCOUNTED and there:
            raise CommandError(UNCOUNTABLE)
        if not there:
            write(f"{dead.queue.name} is empty: there is nothing to redrive.")
            return
        number = min(there, most or there)
        if dry_run:
            about = f"{number:,} of about {there:,} in {dead.queue.name}"
            write(f"Dry run, nothing was moved: {about} would go {_destination(dead)}.")
            _show_parked(stack, dead)
            return
        _redrive(stack, dead, number, most)


def _show_parked(stack: Stack, dead: DeadLetterQueue) -> None:
    """Print some of the responses that parked keys are of; keys of other items may name a person."""
    if dead.queue.name != PARKED:
        return
    parked: list[str] = []

    def collect(messages: Sequence[DeadLetter]) -> list[DeadLetter]:
        parked.extend(response for message in messages if (response := response_of(message)))
        return []

    for _ in QueueWalk(stack.client("sqs"), dead.queue.url, "").run(collect, None):
        if len(parked) >= MOST_SHOWN:
            break
    for response in parked[:MOST_SHOWN]:
        write(f"  the response {response}")


def _destination(dead: DeadLetterQueue) -> str:
    special = {
        PARKED: "to the bus, published again from the table",
        UNDELIVERED: "to the queue each was meant for",
        UNCOUNTED: "nowhere",
    }
    return f"back to {dead.work.name}" if dead.work else special[dead.queue.name]


def _redrive(stack: Stack, dead: DeadLetterQueue, number: int, most: int | None) -> None:
    redrive_id = uuid4().hex
    walk, action = QueueWalk(stack.client("sqs"), dead.queue.url, redrive_id), _action(stack, dead, redrive_id)
    name = dead.queue.name
    stopped = stoppable(lambda: f"{counted(walk.done, 'message')} of {name} redriven, the others are still there.")
    with stopped, progress_bar(f"Redriving {name}", number) as show:
        for done in walk.run(action, most):
            show(done)
    write(f"{counted(walk.done, 'message')} of {dead.queue.name} went {_destination(dead)}.")
    if isinstance(action, RepublishFromTable):
        write(f"{counted(action.events, 'event was', 'events were')} published.")
    if walk.left:
        why = NO_TARGET if dead.queue.name == UNDELIVERED else UNREADABLE
        note(f"{counted(walk.left, 'message')} stayed: {why}", "yellow")
    _watch_for_returned(stack, dead, redrive_id)


def _action(stack: Stack, dead: DeadLetterQueue, redrive_id: str) -> Action:
    sqs = stack.client("sqs")
    if dead.work is not None:
        return partial(send, sqs, dead.work.url, redrive=redrive_id)
    if dead.queue.name == UNDELIVERED:
        urls = [resource.physical for resource in stack.of_kind(QUEUE).values()]
        return RedeliverToTargets(sqs, {attributes(sqs, url)["QueueArn"]: url for url in urls}, redrive_id)
    bus = EventBridgeBus(stack.client("events"), stack.physical("Bus"))
    return RepublishFromTable(stack, bus, bootstrap.pause, bootstrap.now())


def _watch_for_returned(stack: Stack, dead: DeadLetterQueue, redrive_id: str) -> None:
    """Wait until the work queue is empty, or for a while, and print what the dead-letter queue holds then."""
    sqs, deadline = stack.client("sqs"), time.monotonic() + WATCH_SECONDS
    while dead.work and messages_in(attributes(sqs, dead.work.url)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    watch = QueueWalk(sqs, dead.queue.url, redrive_id)
    for _ in watch.run(lambda _: [], None):
        if watch.returned + watch.left >= MOST_WATCHED:
            break
    if watch.returned:
        returned = counted(watch.returned, "message")
        note(f"{returned} failed again and came back: the log says why; see docs/runbooks/dead-letters.md.", "yellow")
    now = messages_in(attributes(sqs, dead.queue.url))
    write(f"{dead.queue.name} now holds {f'about {now:,}' if now else 'none'}.")
