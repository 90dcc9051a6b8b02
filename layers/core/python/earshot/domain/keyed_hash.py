"""Keyed hashes of an address, each for one purpose: they show that an address is known, and not which it is."""

import hmac
from hashlib import sha256
from unicodedata import normalize
from uuid import UUID

from earshot.domain.person_id import is_address

SUPPRESSION = "suppression"
PERSON_ID = "person-id"
AUDIT = "audit"
DELETION = "deletion"
DIGEST = "digest"


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """Hash a text with HMAC-SHA-256, as 64 hex digits; another purpose gives another hash."""
    return hmac.new(key, f"{purpose}\n{text}".encode(), sha256).hexdigest()


def mailbox_hash(address: str, key: bytes) -> str:
    """Return the hash by which a mailbox is known, and an address suppressed."""
    return keyed_hash(key, SUPPRESSION, folded(address))


def made_id(address: str, key: bytes) -> str:
    """Make a person's id from their address."""
    return "p-" + keyed_hash(key, PERSON_ID, folded(address))[:24]


def audit_name(person: str, key: bytes) -> str:
    """Return the name that audit lines have for a person, given by id or by address: 16 hex digits, always the same."""
    return keyed_hash(key, AUDIT, made_id(person, key) if is_address(person) else person)[:16]


def deletion_id(delivery: str, key: bytes) -> str:
    """Return the id of the deletion of what a delivery wrote, from which the delivery cannot be found."""
    return str(UUID(keyed_hash(key, DELETION, delivery)[:32], version=5))


def folded(address: str) -> str:
    """Return an address as one spelling of its mailbox: in lower case, its domain in its own script.

    Nothing else is one: `+tag`, dots, and ß in place of ss name mailboxes of different owners.
    """
    local, at, domain = address.rpartition("@")
    return _lower(local + at + normalize("NFC", ".".join(_read(label) for label in _lower(domain).split("."))))


def _read(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode().decode("punycode") if label.startswith("xn--") else label
    except ValueError:
        return label


def _lower(text: str) -> str:
    # Character by character: a sigma is the same wherever it stands. Not casefold, which makes ss of ß.
    return "".join(map(str.lower, text))
