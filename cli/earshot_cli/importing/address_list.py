"""A list of addresses that are never written to, as another tool exports it: one column of them, a header or none."""

import csv
from collections.abc import Iterator
from pathlib import Path

from earshot_cli.errors import UsageError

DELIMITERS = (";", "\t", ",")


def read_addresses(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the address of each row; the column is the first that holds an address, headers are skipped.

    Raises UsageError if the file is not UTF-8, or holds no address.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: save it as CSV UTF-8.") from error
    first = text.partition("\n")[0]
    delimiter = next((each for each in DELIMITERS if each in first), ",")
    column: int | None = None
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    for cells in reader:
        if column is None:
            column = next((at for at, cell in enumerate(cells) if "@" in cell), None)
        if column is not None and column < len(cells) and cells[column].strip():
            yield reader.line_num, cells[column].strip()
    if column is None:
        raise UsageError(f"{path} holds no address: no cell has an @.")
