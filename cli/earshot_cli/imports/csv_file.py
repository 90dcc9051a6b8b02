"""A CSV file as spreadsheets and survey tools write it, read record by record in bounded memory."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from earshot_cli.errors import CommandError, UsageError
from earshot_cli.imports.cleaning import clean_name
from earshot_cli.imports.columns import Columns

DELIMITERS = (",", ";", "\t")
# Far beyond what any row may hold, so that a long cell refuses its row and not the file; memory stays bounded.
MOST_IN_A_CELL = 16_000_000
MOST_HEADER_ROWS = 10
SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>[^\r\n"])"?[\r\n]*', re.IGNORECASE)
# What Qualtrics writes into the cells of its third header row.
IMPORT_ID = '{"ImportId"'
ZONE_OF_TIMES = re.compile(r'"timeZone"\s*:\s*"([^"]+)"')

# The columns of a report of rejected rows, which is imported again once it is fixed.
REPORT_ROW = "earshot_row"
REPORT_REASON = "earshot_reason"
REPORT_CELLS = "earshot_cells"
# A spreadsheet would run such a cell as a formula: in a report it begins with one apostrophe more.
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it starts on, its number after the header, its cells, the bytes read so far.

    `reported_row` is its number in the original file, if this file is a report of rejected rows; `origin` is what
    the report keeps of its cells.
    """

    line: int
    number: int
    cells: list[str]
    bytes_read: int
    reported_row: str = ""
    origin: str = ""


class CsvFile:
    """A file whose header holds every wanted column; anything else is rejected before a row is used.

    `header_rows` is how many records the header has; None recognises the three of Qualtrics, and takes one else.
    """

    def __init__(self, path: Path, columns: Columns, header_rows: int | None = None) -> None:
        if not path.is_file():
            raise UsageError(f"{path} is a pipe or a device, but is read more than once: save it as a file first.")
        self.path = path
        self.size = path.stat().st_size
        _must_be_text(path)
        self.has_separator_line, self.delimiter = _delimiter(path, columns, header_rows)
        top = _top(path, self.delimiter, self.has_separator_line)
        self._header_records = header_rows or _header_records(top)
        rows = [list(map(clean_name, row)) for row in top[: self._header_records]] or [[]]
        first = rows[0]
        added = (REPORT_ROW, REPORT_REASON, REPORT_CELLS)
        self._report_columns = {name: first.index(name) for name in added if name in first}
        self.header_rows = [self._own(row) for row in rows]
        self.header = _header(self.header_rows, columns)
        _must_hold(self.header_rows, self.header, columns, path)

    def zone_of(self, column: str) -> str | None:
        """Return the zone that a header row of Qualtrics names for the times of a column; None if there is none."""
        at = self.header.index(column)
        for row in self.header_rows[1:]:
            cell = row[at] if at < len(row) else ""
            if cell.startswith(IMPORT_ID) and (named := ZONE_OF_TIMES.search(cell)):
                return "UTC" if named[1] == "Z" else named[1]
        return None

    def records(self) -> Iterator[Record]:
        """Yield the records after the header; blank lines are no records."""
        with _opened(self.path) as file:
            reader = _read(file, self.delimiter)
            number, line = 0, 1
            try:
                for _ in range(self.has_separator_line + self._header_records):
                    next(reader, None)
                line = reader.line_num + 1
                for cells in reader:
                    if cells:
                        number += 1
                        yield self._record(line, number, cells, file.buffer.tell())
                    line = reader.line_num + 1
            except csv.Error as error:
                raise CommandError(
                    f"{self.path}, line {line}: {error}; is a quotation mark never closed, "
                    "or not doubled inside its cell? The rows from that line on were not read."
                ) from error

    def _record(self, line: int, number: int, cells: list[str], bytes_read: int) -> Record:
        if REPORT_ROW not in self._report_columns:
            return Record(line, number, self._own(cells), bytes_read)
        reported_row, origin = self._added(REPORT_ROW, cells), self._added(REPORT_CELLS, cells)
        return Record(line, number, self._own(cells), bytes_read, reported_row, origin)

    def _added(self, name: str, cells: list[str]) -> str:
        at = self._report_columns.get(name, len(cells))
        return cells[at].strip() if at < len(cells) else ""

    def _own(self, cells: list[str]) -> list[str]:
        """Return the cells without what a report added to them."""
        if not self._report_columns:
            return cells
        return [unguarded(cell) for at, cell in enumerate(cells) if at not in self._report_columns.values()]


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula; `unguarded` gives it back as it was."""
    return "'" + cell if FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Take off the apostrophe that `guarded` put before a cell."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


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


def _delimiter(path: Path, columns: Columns, header_rows: int | None) -> tuple[bool, str]:
    """Return whether the file begins with a line that names its delimiter, and which it is."""
    with _opened(path) as file:
        if named := SEPARATOR_LINE.fullmatch(file.readline()):
            return True, named["delimiter"]
    # The right delimiter is the one that makes the wanted columns appear: no guess about the cells is needed.
    readings = {}
    for delimiter in DELIMITERS:
        top = _top(path, delimiter, has_separator_line=False)
        cells = [clean_name(cell) for row in top[: header_rows or _header_records(top)] for cell in row]
        readings[delimiter] = len(set(columns.wanted) & {*cells, *map(unguarded, cells)}), len(top[0]) if top else 0
    return False, max(DELIMITERS, key=lambda delimiter: readings[delimiter])


def _top(path: Path, delimiter: str, has_separator_line: bool) -> list[list[str]]:
    """Return the first records of the file, those of its header among them."""
    top: list[list[str]] = []
    with _opened(path) as file:
        try:
            for row in islice(_read(file, delimiter), MOST_HEADER_ROWS + has_separator_line):
                top.append(row)  # noqa: PERF402 what was read before an error counts
        except csv.Error:
            pass
    return top[has_separator_line:]


def _header_records(top: Sequence[Sequence[str]]) -> int:
    if len(top) >= 3 and (named := [cell for cell in top[2] if cell.strip()]):
        return 3 if all(cell.lstrip().startswith(IMPORT_ID) for cell in named) else 1
    return 1


def _header(rows: list[list[str]], columns: Columns) -> list[str]:
    """Return the name of each column by the first header row, or by a later one where only that holds a wanted name."""
    header = list(rows[0])
    for row in rows[1:]:
        for at, name in enumerate(row):
            if name in columns.wanted and not any(name in earlier for earlier in (rows[0], header)):
                header += [""] * (at + 1 - len(header))
                header[at] = name
    return header


def _must_hold(rows: list[list[str]], header: list[str], columns: Columns, path: Path) -> None:
    if missing := [column for column in columns.wanted if column not in header]:
        there = ", ".join(rows[0]) or ("none that can be read" if path.stat().st_size else "none; the file is empty")
        raise UsageError(f"{path} has no column {' or '.join(missing)}. Its columns: {there}.")
    if twice := [column for column in columns.wanted if _times(column, rows) > 1]:
        raise UsageError(f"{path} has more than one column {', '.join(twice)}: rename all but the one to import.")


def _times(column: str, rows: list[list[str]]) -> int:
    """Count a column's name in the first header row that holds it."""
    return next((row.count(column) for row in rows if column in row), 0)
