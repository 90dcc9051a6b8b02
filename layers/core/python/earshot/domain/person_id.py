"""The ids of people: what one may be, and how an address differs from it."""

import re
from zlib import crc32

from earshot.domain.unicode_text import first_invisible, normal_text

# `keyed_hash.folded` decides where two addresses of one mailbox differ; this only distinguishes an address from an id.
ADDRESS = r"\s*[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+\s*"
LONGEST_ID = 256  # bytes of UTF-8
# What does not arrive in a path as it was sent. An HTTP API of AWS decodes a path twice and cuts it at a question mark;
# whether it takes a plus sign for a space is unknown. What is no UTF-8 arrives as U+FFFD.
CHANGED_IN_A_PATH = "/?%+\ufffd"
# The people directory has so many buckets; a campaign walks them in order.
BUCKETS = 1024


def check_id(person_id: str) -> str:
    """Return a valid person id; raise ValueError for one that no path could name.

    Every valid id arrives in a path as it was sent, so no other person is meant by it.
    """
    if changed := next((character for character in CHANGED_IN_A_PATH if character in person_id), None):
        shown = repr(changed) if changed.isascii() else f"U+{ord(changed):04X}"
        raise ValueError(f"it contains {shown}, which a path may change, so it could mean another person; replace it")
    if person_id in {".", ".."}:
        raise ValueError("it cannot be part of a path: an id is not '.' or '..'")
    return _check_text(person_id)


def check_id_or_address(text: str) -> str:
    """Return what a caller names a person by; ValueError for what is neither a valid id nor like an address.

    Of an address an id is made, so no path has it.
    """
    return _check_text(text) if is_address(text) else check_id(text)


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


def _check_text(text: str) -> str:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
        raise ValueError("it contains a control character")
    if (size := len(text.encode())) > LONGEST_ID:
        raise ValueError(f"it has {size} bytes of UTF-8; at most {LONGEST_ID} are allowed")
    return text
