"""One run over a file: every row accepted, or rejected with a reason."""

from collections.abc import Iterator
from typing import Protocol

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from earshot_cli.imports.batches import batches
from earshot_cli.imports.csv_file import CsvFile, Record
from earshot_cli.imports.rejected_rows import RejectedRows
from earshot_cli.imports.rows import Row, RowRefusedError
from earshot_cli.imports.upload import Upload
from earshot_cli.screen import notes


class Reader(Protocol):
    """Makes rows to send of the records of a file."""

    def row(self, record: Record) -> Row:
        """Make the row of a record, or raise RowRefusedError."""


class FileImport:
    """Knows at each moment how far it got."""

    def __init__(self, source: CsvFile, reader: Reader, rejected: RejectedRows) -> None:
        self.read = 0
        self.good = 0
        self.last_line_sent = 0
        self.rejected = rejected
        self._source = source
        self._reader = reader

    def check(self) -> None:
        """Read every row and send none."""
        with _progress() as progress:
            for _ in self._rows(progress):
                pass

    def send(self, upload: Upload) -> None:
        """Read every row and send the good ones."""
        with _progress() as progress:
            for batch in batches(self._rows(progress)):
                upload.send(batch)
                self.last_line_sent = batch[-1].record.line

    def _rows(self, progress: Progress) -> Iterator[Row]:
        bar = progress.add_task(self._source.path.name, total=self._source.size)
        for record in self._source.records():
            self.read += 1
            progress.update(bar, completed=record.bytes_read)
            try:
                row = self._reader.row(record)
            except RowRefusedError as refused:
                self.rejected.add(record, refused.reasons)
            else:
                self.good += 1
                yield row


def _progress() -> Progress:
    parts = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*parts, console=notes, transient=True, disable=not notes.is_terminal)
