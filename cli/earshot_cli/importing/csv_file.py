"""A CSV file as spreadsheets write it, read record by record in bounded memory."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from earshot_cli.errors import CommandError, UsageError
from earshot_cli.importing.columns import Columns

DELIMITERS = (",", ";", "\t")
# Far beyond what any row may hold, so that a long cell refuses its row and not the file; memory stays bounded.
MOST_IN_A_CELL = 16_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it starts on, its number after the header, its cells, the bytes read so far."""

    line: int
    number: int
    cells: list[str]
    bytes_read: int


class CsvFile:
    """A file whose header holds every wanted column; anything else is told before a row is used."""

    def __init__(self, path: Path, columns: Columns) -> None:
        if not path.is_file():
            raise UsageError(f"{path} is a pipe or a device, and is read more than once: save it as a file first.")
        self.path = path
        self.size = path.stat().st_size
        _must_be_text(path)
        self.delimiter, self.header = _delimiter_and_header(path, columns)
        _must_hold(self.header, columns, path)

    def records(self) -> Iterator[Record]:
        """Yield the records after the header; blank lines are no records."""
        with _opened(self.path) as file:
            reader = _read(file, self.delimiter)
            number, line = 0, 1
            try:
                next(reader, None)
                line = reader.line_num + 1
                for cells in reader:
                    if cells:
                        number += 1
                        yield Record(line, number, cells, file.buffer.tell())
                    line = reader.line_num + 1
            except csv.Error as error:
                raise CommandError(
                    f"{self.path}, line {line}: {error}; is a quotation mark never closed, "
                    "or not doubled inside its cell? The rows from that line on were not read."
                ) from error


def _opened(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", newline="")


def _read(file: TextIO, delimiter: str) -> Any:
    # Strict, because a quotation mark that is never closed would otherwise swallow the rows after it in silence.
    csv.field_size_limit(MOST_IN_A_CELL)
    return csv.reader(file, delimiter=delimiter, strict=True)


def _must_be_text(path: Path) -> None:
    # One quick pass ahead, so that a file in another encoding is refused before half of it is imported.
    with path.open("rb") as file:
        for line, raw in enumerate(file, 1):
            if not _is_utf8(raw):
                raise UsageError(f"{path}, line {line} is not UTF-8: save it as “CSV UTF-8” and import that.")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_and_header(path: Path, columns: Columns) -> tuple[str, list[str]]:
    # The right delimiter is the one that makes the wanted columns appear: no guess about the cells is needed.
    readings = {delimiter: _header(path, delimiter) for delimiter in DELIMITERS}
    wanted = set(columns.wanted)
    best = max(DELIMITERS, key=lambda delimiter: (len(wanted & set(readings[delimiter])), len(readings[delimiter])))
    return best, readings[best]


def _header(path: Path, delimiter: str) -> list[str]:
    with _opened(path) as file:
        try:
            return [cell.strip() for cell in next(_read(file, delimiter), [])]
        except csv.Error:
            return []


def _must_hold(header: list[str], columns: Columns, path: Path) -> None:
    if missing := [column for column in columns.wanted if column not in header]:
        there = ", ".join(header) or ("none that can be read" if path.stat().st_size else "none; the file is empty")
        raise UsageError(f"{path} has no column {' or '.join(missing)}. Its columns: {there}.")
    if twice := [column for column in columns.wanted if header.count(column) > 1]:
        raise UsageError(f"{path} has more than one column {', '.join(twice)}: rename one, to say which is meant.")
