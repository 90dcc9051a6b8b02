"""How a list is written: as text to read, or as CSV or JSON lines for a file."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from earshot_cli.screen import write_line

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Format(StrEnum):
    """How a list is written."""

    TEXT = "text"
    CSV = "csv"
    JSONL = "jsonl"


Form = Annotated[Format, typer.Option("--format", help="text to read; csv or jsonl for a file.")]
Limit = Annotated[int, typer.Option(min=0, help="At most this many; 0 for all.")]


def write_list(
    found: Iterator[Mapping[str, Any]],
    form: Format,
    columns: Sequence[str],
    write_text: Callable[[Iterator[Mapping[str, Any]]], None],
) -> None:
    """Write what was found as it comes: as text, as a row each for a spreadsheet, or as a line of JSON each.

    A value that is no text, such as the properties of a response, is one cell, as JSON.
    """
    match form:
        case Format.TEXT:
            write_text(found)
        case Format.CSV:
            write_line(csv_row(columns))
            for item in found:
                write_line(csv_row([item[name] for name in columns]))
        case Format.JSONL:
            for item in found:
                write_line(json_line(item) + "\n")


def csv_row(values: Sequence[Any]) -> str:
    """Return one line for a spreadsheet; a text that it would run as a formula begins with an apostrophe."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(value) for value in values])
    return line.getvalue()


def json_line(value: Any) -> str:
    """Return a value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    # A number below zero is a number.
    return "" if value is None else json_line(value)
