"""Makes all workers of the engine share what is unpacked for them, instead of 1,700 files for each.

Loaded by ministack_main.py in the engine's own Python. MiniStack unpacks function and layer again for every worker;
after much use that was hundreds of thousands of files, and deleting them took the better part of stopping. What is
unpacked is read by the functions and never written, so a link to one copy is as good.
"""

import hashlib
import os
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime


def share_what_is_unpacked(folder: Path) -> None:
    """Unpack each archive once, into `folder`, and link to it from where a worker looks for it."""
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": shared_in(folder)})


def shared_in(folder: Path) -> type[zipfile.ZipFile]:
    """Return the kind of archive of which all copies share one folder."""
    unpacking = threading.Lock()

    class Shared(zipfile.ZipFile):
        """An archive that is a file."""

        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            """Leave a link at `path`, an empty folder, to what all of them share."""
            with Path(str(self.filename)).open("rb") as archive:
                there = folder / hashlib.file_digest(archive, "sha256").hexdigest()
            with unpacking:
                if not there.exists():
                    draft = there.with_suffix(".new")
                    super().extractall(draft, members, pwd)
                    draft.rename(there)
            os.rmdir(path)  # noqa: PTH106 - it may be a text
            os.symlink(there, path)  # noqa: PTH211

    return Shared
