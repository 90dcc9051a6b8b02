"""The ids of people: what one may be, and how an address differs from it."""

import re
from zlib import crc32

from earshot.domain.unicode_text import first_invisible, normal_text

# `keyed_hash.folded` decides where two addresses of one mailbox differ; this only distinguishes an address from an id.
ADDRESS = r"\s*[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+\s*"
LONGEST_ID = 256  # bytes of UTF-8
# The people directory has so many buckets; a campaign walks them in order.
BUCKETS = 1024


def check_id(person_id: str) -> str:
    """Return a valid person id; raise ValueError for one that no path could name."""
    if "/" in person_id or person_id in (".", ".."):
        raise ValueError("it cannot be part of a path: an id has no '/', and is not '.' or '..'")
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in person_id):
        raise ValueError("it contains a control character")
    if (size := len(person_id.encode())) > LONGEST_ID:
        raise ValueError(f"it has {size} bytes of UTF-8; at most {LONGEST_ID} are allowed")
    return person_id


def check_spelling(person_id: str) -> str:
    """Return the id of a new person; ValueError for one that looks like another.

    It is not NFC, has white space at an end or other than plain spaces, or holds invisible characters.
    """
    if person_id != person_id.strip():
        raise ValueError("it begins or ends with white space; remove it")
    if hidden := first_invisible(person_id):
        shown = f"U+{ord(hidden):04X}"
        raise ValueError(f"it contains {shown}, which is invisible, so it looks like another id; remove it")
    if odd := next((character for character in person_id if character.isspace() and character != " "), None):
        raise ValueError(f"it contains U+{ord(odd):04X}, which looks like a space; use a plain space")
    if person_id != normal_text(person_id):
        raise ValueError("it is not in Unicode's composed form (NFC), so it looks like another id; send it in NFC")
    return person_id


def bucket_of(person_id: str) -> int:
    """Return the directory bucket of a person."""
    return crc32(person_id.encode()) % BUCKETS


def is_address(person_id: str) -> bool:
    """Return whether what names a person has the form of an e-mail address: no id may have it."""
    return "@" in person_id and re.fullmatch(ADDRESS, person_id) is not None
