"""The rows that were rejected: all of them into the report, the first of them onto the screen."""

import csv
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from earshot_cli.errors import UsageError
from earshot_cli.imports.csv_file import REPORT_CELLS, REPORT_REASON, REPORT_ROW, CsvFile, Record, guarded
from earshot_cli.imports.rows import Reason

SHOWN = 20


OriginOf = Callable[[Record, int], object]


class Report:
    """A CSV file of rejected rows that can be fixed and imported again, with the command of the first import.

    It has the header, the delimiter and the cells of the imported file. The number and the reason stand before them, so
    that a row with too few or too many cells keeps exactly those; with `origin_of`, what says whether its cells changed
    too. That wants the whole file read, so the rows wait in a temporary file until `finish`.
    """

    def __init__(self, file: Any, source: CsvFile, origin_of: OriginOf | None = None) -> None:
        if source.has_separator_line:
            file.write(f"sep={source.delimiter}\r\n")
        self._writer = csv.writer(file, delimiter=source.delimiter)
        self._origin_of = origin_of
        # Closed by `finish`.
        self._waiting: Any = (
            tempfile.TemporaryFile("w+", encoding="utf-8", newline="") if origin_of else None  # noqa: SIM115
        )
        first, *others = source.header_rows
        self._write(REPORT_ROW, REPORT_REASON, REPORT_CELLS, first)
        for row in others:
            self._write("", "", "", row)

    def add(self, record: Record, reasons: Sequence[Reason], occurrence: int) -> None:
        """Take one rejected row; one that was rejected before keeps its number."""
        reason_text = "; ".join(f"{column}: {text}" if column else text for column, text in reasons)
        if self._waiting is None:
            self._write(record.reported_row or str(record.number), reason_text, "", record.cells)
        else:
            waiting = [record.number, record.reported_row, record.origin, occurrence, reason_text, *record.cells]
            csv.writer(self._waiting).writerow(waiting)

    def finish(self) -> None:
        """Write the rows that wait."""
        if self._origin_of is None:
            return
        self._waiting.seek(0)
        for number, reported_row, origin, occurrence, reason_text, *cells in csv.reader(self._waiting):
            record = Record(0, int(number), cells, 0, reported_row, origin)
            self._write(reported_row or number, reason_text, str(self._origin_of(record, int(occurrence))), cells)
        self._waiting.close()

    def _write(self, number: str, reason: str, origin: str, cells: Iterable[str]) -> None:
        added = [number, guarded(reason), *([origin] if self._origin_of else [])]
        self._writer.writerow([*added, *map(guarded, cells)])


class RejectedRows:
    """Counts rejected rows and keeps no more of them than fit a screen."""

    def __init__(self, report: Report | None = None) -> None:
        self.rows = 0
        self.watched = 0
        self.columns: set[str] = set()
        self._first: list[tuple[int, int, Reason]] = []
        self._report = report
        self._watched: Container[int] = ()

    def watch(self, numbers: Container[int]) -> None:
        """Count the rejected rows with one of these numbers apart, as `watched`."""
        self._watched = numbers

    def add(self, record: Record, reasons: Sequence[Reason], occurrence: int = 0) -> None:
        """Note one rejected row; `occurrence` is its number among equal rows, where it could be read."""
        self.rows += 1
        self.watched += record.number in self._watched
        self.columns.update(column for column, _ in reasons)
        if self.rows <= SHOWN:
            self._first += [(record.line, record.number, reason) for reason in reasons]
        if self._report:
            self._report.add(record, reasons, occurrence)

    def table(self) -> Table:
        """The first rejected rows, in the order of the file."""
        table = Table(title="Rejected rows", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("line", justify="right")
        table.add_column("row", justify="right")
        table.add_column("column")
        table.add_column("reason", overflow="fold")
        for line, number, (column, text) in sorted(self._first):
            table.add_row(f"{line:,}", f"{number:,}", column, text)
        return table

    @property
    def unseen(self) -> int:
        """How many rejected rows the table has no room for."""
        return max(0, self.rows - SHOWN)


@contextmanager
def rejected_rows_reported_to(
    path: Path | None, source: CsvFile, origin_of: OriginOf | None = None
) -> Iterator[RejectedRows]:
    """Yield rejected rows, which are also written to a CSV file, at least in part; never over the imported file."""
    if path is None:
        yield RejectedRows()
        return
    if path.exists() and path.samefile(source.path):
        raise UsageError(f"--report {path} is the imported file: choose another, or its rows are lost.")
    try:
        # With a byte order mark, by which spreadsheets know UTF-8.
        file = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise UsageError(f"--report {path} cannot be written: {error.strerror}.") from error
    with file:
        report = Report(file, source, origin_of)
        try:
            yield RejectedRows(report)
        finally:
            report.finish()
