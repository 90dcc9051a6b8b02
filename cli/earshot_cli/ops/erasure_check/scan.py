"""Scan a stack's table for what is left of a person, and list what no scan reaches."""

from collections.abc import Iterator
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn

from earshot.domain.personal_data import PLACES
from earshot_cli.ops.erasure_check.traces import Person, Search
from earshot_cli.ops.stack import Stack
from earshot_cli.screen import note, notes, write

MOST_SHOWN = 20


def verify(stack: Stack, person: Person) -> bool:
    """Scan the whole table for a person who was erased; write what was found, and return whether it is nothing.

    Each 4 KB of the table cost a read unit.
    """
    search = Search((person,))
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("Scanning the table")
        for items in pages(stack.client("dynamodb"), stack.table):
            search.look(items)
            progress.update(task, description=f"Scanning the table: {search.items:,} items")
    report(search)
    return not search.found


def pages(dynamodb: Any, table: str) -> Iterator[list[dict[str, Any]]]:
    """Read a table from its beginning to its end, as it is now."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield page["Items"]


def report(search: Search) -> None:
    """Write what was found, and where no scan looks."""
    found = search.found
    for trace in found[:MOST_SHOWN]:
        write(f"{trace.kind} {' / '.join(trace.key)}: {trace.attribute} holds {trace.what}.", "red")
    if len(found) > MOST_SHOWN:
        write(f"… and {len(found) - MOST_SHOWN:,} more.", "red")
    person = search.people[0]
    sought = f"{len(person.names)} names and addresses, {len(person.comments)} comments, {len(person.ids)} ids"
    write(
        f"{len(found):,} traces in {search.items:,} items of the table ({sought}, and the id).",
        "red" if found else "green",
    )
    note("No scan reaches these:")
    for place in PLACES:
        if not place.is_reached:
            note(f"- {place.name} ({place.retention}): {place.erasure}.")
