"""The widget as it is served: one file, named by its content, compressed once."""

import gzip
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256, sha384
from pathlib import Path

FILE = Path(__file__).with_name("widget.js")


@dataclass(frozen=True, slots=True)
class Script:
    """The widget's bytes, their gzip, the version that its content gives it, and its integrity for a page."""

    plain: bytes
    packed: bytes
    version: str
    integrity: str


@cache
def script() -> Script:
    """Read the widget once; the same content is packed into the same bytes."""
    plain = FILE.read_bytes()
    integrity = "sha384-" + b64encode(sha384(plain).digest()).decode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), sha256(plain).hexdigest()[:16], integrity)
