"""The widget as it is served: its script and its style sheet, named by their content, compressed once."""

import gzip
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256, sha384
from pathlib import Path

FILE = Path(__file__).with_name("widget.js")
STYLE = Path(__file__).with_name("widget.css")


@dataclass(frozen=True, slots=True)
class Script:
    """A file's bytes, their gzip, the version that its content gives it, and its integrity for a page."""

    plain: bytes
    packed: bytes
    version: str
    integrity: str


@cache
def script() -> Script:
    """Read the widget once; the same content is packed into the same bytes."""
    return _read(FILE)


@cache
def style() -> Script:
    """Read the style sheet of the question once."""
    return _read(STYLE)


def _read(file: Path) -> Script:
    plain = file.read_bytes()
    integrity = "sha384-" + b64encode(sha384(plain).digest()).decode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), sha256(plain).hexdigest()[:16], integrity)
