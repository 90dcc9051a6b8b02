"""Where text goes: results to stdout, everything else to stderr."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn
from rich.segment import Segment

from earshot_cli.errors import UsageError

# What would move the cursor, clear the screen or name the window, in one byte or in two; lines and tabs may stay.
CONTROLS: dict[int, str | None] = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")}, " ")
# What turns the direction of writing, so that a line reads as something else; it has no width, and is left out.
TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS |= dict.fromkeys(map(ord, TURNS))


class Screen(Console):
    """A console to which what anybody wrote is text: its control characters become spaces or go, ours stay.

    A letter that the locale's encoding does not have becomes a question mark, instead of ending the command.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Return the pieces of a drawing."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else piece._replace(text=self._writable(piece.text.translate(CONTROLS)))

    def _writable(self, text: str) -> str:
        return text if text.isascii() else text.encode(self.encoding, "replace").decode(self.encoding)


# Values come from files and servers: they are never read as markup, nor colored by guesswork.
out = Screen(markup=False, highlight=False, emoji=False)
notes = Screen(stderr=True, markup=False, highlight=False, emoji=False)


def write(sentence: str, style: str | None = None) -> None:
    """Write a sentence to stdout without folding it, so that it can be searched for."""
    out.print(sentence, style=style, soft_wrap=True)


def note(sentence: str, style: str | None = None) -> None:
    """Write a sentence to stderr."""
    notes.print(sentence, style=style, soft_wrap=True)


@contextmanager
def spinner(task: str) -> Iterator[Callable[[str], None]]:
    """Show on stderr, if it is a terminal, what is being done; yields the function that changes the text."""
    with _progress(SpinnerColumn(), TextColumn("{task.description}", markup=False)) as progress:
        shown = progress.add_task(task)
        yield lambda text: progress.update(shown, description=text)


@contextmanager
def progress_bar(task: str, total: int, *columns: ProgressColumn) -> Iterator[Callable[[int], None]]:
    """Show on stderr, if it is a terminal, how much of a total is done; yields the function that moves the bar."""
    parts = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), *columns
    with _progress(*parts) as progress:
        shown = progress.add_task(task, total=total)
        yield lambda done: progress.update(shown, completed=done)


def _progress(*columns: ProgressColumn) -> Progress:
    return Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal)


def confirmed(question: str, what: str) -> bool:
    """Ask on stderr whether to do `what`; UsageError without a terminal."""
    try:
        return typer.confirm(question.translate(CONTROLS), err=True)
    except typer.Abort:
        raise UsageError(f"No terminal to ask: add --yes to {what}.") from None


def write_json(reply: Any) -> None:
    """Write a reply of the API as JSON to stdout, control characters escaped; JSON asks it of some of them only."""
    written = json.dumps(reply, ensure_ascii=not out.encoding.startswith("utf"), indent=2)
    out.out(re.sub(f"[\x7f-\x9f{TURNS}]", lambda found: f"\\u{ord(found[0]):04x}", written), highlight=False)


def write_line(line: str) -> None:
    """Write a line of data to stdout: to a file or another program as it is, to a terminal as no command to it."""
    typer.echo(line.translate(CONTROLS) if sys.stdout.isatty() else line, nl=False)


def quoted(value: str) -> str:
    """Show a value of a file on one line, without control characters that would reach the terminal."""
    shown = value if len(value) <= 40 else value[:39] + "…"
    return json.dumps("".join(c if c.isprintable() else " " for c in shown), ensure_ascii=False)
