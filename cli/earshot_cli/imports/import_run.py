"""An import as the API keeps it: begun before the first row, ended after the last, waited for until all are through."""

import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from earshot_cli.client import Client, survey_path
from earshot_cli.problems import RefusedError
from earshot_cli.screen import notes

# Given up when nothing more is recorded for so long.
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.5


def new_import_id(file: Path, now: datetime | None = None) -> str:
    """Make the id of an import: the file's name, the day and a few letters by chance."""
    stem = re.sub("[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:40].strip("-") or "import"
    return f"{stem}-{(now or datetime.now(UTC)):%Y%m%d}-{secrets.token_hex(3)}"


class ImportRun:
    """One import into a survey."""

    def __init__(self, client: Client, survey: str, import_id: str, file: str) -> None:
        self.id = import_id
        self._client = client
        self._path = survey_path(survey, "imports", import_id)
        self._file = file[:200]

    def begin(self) -> None:
        """Declare the import; its batches name it."""
        self._client.call("PUT", self._path, {"file": self._file})

    def end(self, accepted: int, refused: int) -> None:
        """Report how many rows were accepted and rejected."""
        self._client.call("PUT", self._path, {"file": self._file, "accepted": accepted, "refused": refused})

    def wait(self, accepted: int) -> dict[str, Any] | None:
        """Wait until every accepted row is recorded; None if this key may not look."""
        with _progress() as progress:
            bar = progress.add_task("Recording", total=accepted)
            return self._watch(accepted, lambda through: progress.update(bar, completed=through))

    def _watch(self, accepted: int, show: Callable[[int], None]) -> dict[str, Any] | None:
        through, deadline = -1, 0.0
        while True:
            try:
                found = self._client.get(self._path)
            except RefusedError:
                return None
            if found["new"] + found["known"] > through:
                through, deadline = found["new"] + found["known"], time.monotonic() + PATIENCE_SECONDS
                show(through)
            if through >= accepted or time.monotonic() > deadline:
                return found
            time.sleep(PAUSE_SECONDS)


def _progress() -> Progress:
    parts = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*parts, console=notes, transient=True, disable=not notes.is_terminal)
