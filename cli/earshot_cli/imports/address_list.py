"""A list of addresses that are never written to, as another tool exports it: one column of them, a header or none."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from earshot_cli.errors import CommandError, UsageError

DELIMITERS = (",", ";", "\t", "|")
_LABEL = r"[^\s@,;|<>\".]+"
ADDRESS = re.compile(rf"\s*[^\s@,;|<>\"]+@{_LABEL}(?:\.{_LABEL})+\s*")


def read_addresses(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the address of each row; the column is the one with most addresses, headers are skipped.

    A row whose address is in another column is yielded too, so that none is passed over in silence.
    Raises UsageError if the file is not UTF-8, holds no address, or two of them in one row, of which one may be of
    somebody else, and CommandError for an open quotation.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: save it as CSV UTF-8.") from error
    # The right delimiter is the one that makes most addresses appear, each in one column.
    readings = [(_fullest(text, delimiter), delimiter) for delimiter in DELIMITERS]
    (count, place), delimiter = max(readings, key=lambda reading: reading[0][0])
    column = -place
    if not count:
        raise UsageError(f"{path} has no addresses.")
    is_header = True
    try:
        for line, cells in _rows(text, delimiter):
            cell = cells[column].strip() if column < len(cells) else ""
            is_header = is_header and "@" not in cell
            if len({found.strip().casefold() for found in cells if ADDRESS.fullmatch(found)}) > 1:
                raise UsageError(
                    f"{path}, line {line} holds more than one address: keep the column of those to suppress, and no "
                    "other with addresses. Nothing was suppressed."
                )
            if not is_header and (values := cell or _other(cells)):
                yield line, values
    except csv.Error as error:
        raise CommandError(f"{path}: {error}; is a quotation mark never closed? Nothing was suppressed.") from error


def _fullest(text: str, delimiter: str) -> tuple[int, int]:
    """Return how many addresses the column with most of them holds, and where it is, counted down from 0."""
    found: Counter[int] = Counter()
    try:
        for _, cells in _rows(text, delimiter):
            found.update(at for at, cell in enumerate(cells) if ADDRESS.fullmatch(cell))
    except csv.Error:
        pass  # what was read before counts
    return max(((count, -at) for at, count in found.items()), default=(0, 0))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # Strict, because a quotation mark that is never closed would otherwise swallow the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for cells in reader:
        yield reader.line_num, cells


def _other(cells: list[str]) -> str:
    return next((cell.strip() for cell in cells if "@" in cell), "")
