"""Shares test files between the sessions of `make test`: each file belongs to the session that comes to it first."""

import os
from functools import cache
from pathlib import Path

# Names the folder in which the sessions note what they claimed; a session by itself has none, and all files.
CLAIMS = "EARSHOT_TEST_CLAIMS"


@cache
def is_ours(file: str) -> bool:
    """Claim a file for this session, and return whether it is this session's."""
    claim = _claim(file)
    if claim is None:
        return True
    try:
        claim.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def is_taken(file: str) -> bool:
    """Return whether a session has claimed a file."""
    claim = _claim(file)
    return claim is not None and claim.exists()


def _claim(file: str) -> Path | None:
    folder = os.environ.get(CLAIMS)
    return Path(folder, file.replace("/", " ")) if folder else None
