"""The console's own files: styles, scripts and its icon, each under a name with its hash, kept by browsers for good."""

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from earshot.console.reply import Reply
from earshot.pages.served_file import ServedFile, served

FOLDER = Path(__file__).with_name("assets")
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
PATH = "/app/assets/"
# Ten digits of the hash tell two versions of a file apart.
DIGITS = 10


@cache
def files() -> Mapping[str, ServedFile]:
    """Return every file by the name it is served under, such as `console.1a2b3c4d5e.css`."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            file = served(path.read_bytes())
            found[f"{path.stem}.{file.version[:DIGITS]}{path.suffix}"] = file
    return found


@cache
def address(name: str) -> str:
    """Return the address of a file by its name in the folder."""
    stem, _, suffix = name.rpartition(".")
    return next(PATH + each for each in files() if each.startswith(f"{stem}.") and each.endswith(f".{suffix}"))


def asset_reply(name: str, accepted: str) -> Reply | None:
    """Return a file under the name it is served by; None if there is none, as after an update."""
    file = files().get(name)
    if file is None:
        return None
    headers = {
        "content-type": TYPES[name[name.rindex(".") :]],
        "cache-control": "public, max-age=31536000, immutable",
        "cross-origin-resource-policy": "same-origin",
    }
    if "gzip" in accepted.lower():
        return Reply(200, file.packed, headers | {"content-encoding": "gzip"})
    return Reply(200, gzip.decompress(file.packed), headers)
