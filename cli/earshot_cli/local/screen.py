"""What `make run` shows: a line per step with its time, then what to do next."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:  # it brings boto3, for which the start of the engine does not wait
    from earshot_cli.local.seed import Connection

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show what is being done, then how long it took."""
    start = time.monotonic()
    if console.is_terminal:
        with console.status(name):
            yield
    else:
        yield
    console.print(f"[green]✓[/] {name} [dim]{time.monotonic() - start:.1f} s[/]")


def write(text: str) -> None:
    """One line, as it is."""
    console.print(text, markup=False)


def what_to_do_next(connection: "Connection", way_in: str) -> None:
    """The address, the way into the console, the key, and the first things to try."""
    survey = f"{connection.url}/v1/surveys/{connection.survey}"
    console.print(f"\n[bold green]Earshot is listening at {connection.url}[/]\n")
    write(f"  Console        {way_in}")
    write("                 (the link signs you in once; `.venv/bin/earshot open` prints another one)")
    write(f"  See it live    {connection.url}/demo")
    write(f"  API key        {connection.api_key}")
    write(f"  Post a score   curl -s {survey}/responses -H 'Content-Type: application/json' -d '{{\"score\": 9}}'")
    write(f"  Read the NPS   curl -s {survey}/nps -H 'Authorization: Bearer {connection.api_key}'")
    write(f"  or             .venv/bin/earshot nps {connection.survey}")
    write(f"  Mails sent     {connection.url}/outbox")
    write(f"  Invite Ann     .venv/bin/earshot invite {connection.survey} --email ann@example.com --id ann --name Ann")
    write("  See reminders  .venv/bin/earshot clock +3d")
    write("\n  Ctrl-C stops it; the next `make run` continues with the same data, `make clean` deletes it.")
