"""The rows that were refused: all of them into the report, the first of them onto the screen."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from earshot_cli.errors import UsageError
from earshot_cli.importing.rows import Reason

SHOWN = 20


class Refusals:
    """Counts refused rows and keeps no more of them than fit a screen."""

    def __init__(self, report: Any = None) -> None:
        self.rows = 0
        self._first: list[tuple[int, int, Reason]] = []
        self._report = report
        if report:
            report.writerow(["line", "row", "column", "reason"])

    def add(self, line: int, number: int, reasons: Iterable[Reason]) -> None:
        """Note one refused row."""
        self.rows += 1
        for reason in reasons:
            if self.rows <= SHOWN:
                self._first.append((line, number, reason))
            if self._report:
                self._report.writerow([line, number, *reason])

    def table(self) -> Table:
        """The first refused rows, in the order of the file."""
        table = Table(title="Refused rows", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("line", justify="right")
        table.add_column("row", justify="right")
        table.add_column("column")
        table.add_column("reason", overflow="fold")
        for line, number, (column, text) in sorted(self._first):
            table.add_row(f"{line:,}", f"{number:,}", column, text)
        return table

    @property
    def unseen(self) -> int:
        """How many refused rows the table has no room for."""
        return max(0, self.rows - SHOWN)


@contextmanager
def refusals_reported_to(path: Path | None, imported: Path) -> Iterator[Refusals]:
    """Refusals that are also written to a CSV file, as they come; never over the file that is imported."""
    if path is None:
        yield Refusals()
        return
    if path.exists() and path.samefile(imported):
        raise UsageError(f"--report {path} is the file that is imported: name another, or its rows are lost.")
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"--report {path} cannot be written: {error.strerror}.") from error
    with file:
        yield Refusals(csv.writer(file))
