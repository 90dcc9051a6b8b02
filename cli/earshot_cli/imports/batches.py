"""Rows cut into batches that the API takes in one call."""

import json
from collections.abc import Iterable, Iterator

from earshot_cli.imports.rows import Row

MOST_ROWS = 500
# The API takes 1 MB; the rest is room for what surrounds the rows.
MOST_BYTES = 900_000


def batches(rows: Iterable[Row], most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Iterator[list[Row]]:
    """Cut rows, in order, into batches within both limits; a row larger than a batch travels alone."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        length = len(row.encoded) + 1
        if batch and (len(batch) == most_rows or size + length > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def body(batch: list[Row], **shared: object) -> bytes:
    """Return the JSON of a batch of responses and the fields they share; its rows are already encoded."""
    return json.dumps(shared, ensure_ascii=False).encode()[:-1] + b', "responses":' + _array(batch) + b"}"


def people_body(batch: list[Row]) -> bytes:
    """The JSON of a batch of people."""
    return b'{"people":' + _array(batch) + b"}"


def _array(batch: list[Row]) -> bytes:
    return b"[" + b",".join(row.encoded for row in batch) + b"]"
