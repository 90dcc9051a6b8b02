"""Keeps what lies in the folder of the local stack from every other user of this machine."""

import json
import os
from pathlib import Path
from typing import Any

from earshot_cli.local.errors import LocalStackError


def make_private(folder: Path) -> None:
    """Make a folder that only its owner enters, also of one that was open; refuse one that belongs to another user."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        folder.chmod(0o700)
    except PermissionError:
        raise LocalStackError(
            f"{folder} belongs to another user, who could read keys and mails in it; "
            "choose another folder: EARSHOT_LOCAL_DIR=~/earshot make run"
        ) from None


def write_private(path: Path, content: Any) -> None:
    """Write JSON that only its owner reads, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    draft.replace(path)
