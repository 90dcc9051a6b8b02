"""Shares test files between the sessions of `make test`: each file belongs to the session that comes to it first."""

import os
from pathlib import Path

# Names the folder in which the sessions note what they claimed; a session by itself has none, and all files.
CLAIMS = "EARSHOT_TEST_CLAIMS"


class Claims:
    """The files that a session has claimed, and those that others have; without a folder it has every file."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[str, bool] = {}

    @classmethod
    def of_this_session(cls) -> "Claims":
        """Return the claims in the folder that `make test` made for its sessions."""
        folder = os.environ.get(CLAIMS)
        return cls(Path(folder) if folder else None)

    @property
    def are_shared(self) -> bool:
        """Return whether several sessions share the files."""
        return self._folder is not None

    def is_ours(self, file: str) -> bool:
        """Claim a file for this session, and return whether it is this session's."""
        if file not in self._known:
            self._known[file] = self._claim(file)
        return self._known[file]

    def is_taken(self, file: str) -> bool:
        """Return whether a session has claimed a file."""
        return self._folder is not None and self._note(self._folder, file).exists()

    def _claim(self, file: str) -> bool:
        if self._folder is None:
            return True
        try:
            self._note(self._folder, file).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    @staticmethod
    def _note(folder: Path, file: str) -> Path:
        return folder / file.replace("/", " ")
