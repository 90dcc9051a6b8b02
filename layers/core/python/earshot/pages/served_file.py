"""A file that is served as it is: named by its content, compressed once."""

import gzip
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256, sha384


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file's bytes, their gzip, and the version that its content gives it."""

    plain: bytes
    packed: bytes
    version: str

    @property
    def integrity(self) -> str:
        """Return what a page names the content by (Subresource Integrity)."""
        return "sha384-" + b64encode(sha384(self.plain).digest()).decode()


def served(plain: bytes) -> ServedFile:
    """Compress a content; the same content is packed into the same bytes."""
    return ServedFile(plain, gzip.compress(plain, 9, mtime=0), sha256(plain).hexdigest()[:16])
