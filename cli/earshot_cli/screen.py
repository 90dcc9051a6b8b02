"""Where words go: results to stdout, everything said around them to stderr."""

import json
from typing import Any

from rich.console import Console

# Values come from files and servers: they are never read as markup, nor coloured by guesswork.
out = Console(markup=False, highlight=False, emoji=False)
notes = Console(stderr=True, markup=False, highlight=False, emoji=False)


def say(sentence: str, style: str | None = None) -> None:
    """Write a sentence to stdout without folding it, so that it can be searched for."""
    out.print(sentence, style=style, soft_wrap=True)


def note(sentence: str, style: str | None = None) -> None:
    """Write a sentence to stderr."""
    notes.print(sentence, style=style, soft_wrap=True)


def say_json(answer: Any) -> None:
    """Write an answer of the API as JSON to stdout."""
    out.out(json.dumps(answer, ensure_ascii=False, indent=2), highlight=False)


def quoted(value: str) -> str:
    """Show a value of a file on one line, without control characters that would reach the terminal."""
    shown = value if len(value) <= 40 else value[:39] + "…"
    return json.dumps("".join(c if c.isprintable() else " " for c in shown), ensure_ascii=False)
