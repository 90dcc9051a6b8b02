"""Response ids: UUIDs whose first 48 bits hold the time, so that the newest sort last (RFC 9562)."""

import re
from hashlib import sha256
from uuid import UUID, uuid5

FAR_PAST = 7 * 86_400_000
FAR_FUTURE = 5 * 60_000
SERVER_VERSION = "8"
# What names of responses are hashed with (RFC 9562, version 5).
NAMESPACE = UUID("8e1c5d0a-6b0f-4c39-9b7e-3f5a1d2c7b64")

# An id as it may be sent, in the regular expressions of JSON Schema.
PATTERN = (
    r"^([uU][rR][nN]:[uU][uU][iI][dD]:)?\{?"
    "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[1-8][0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}"
    r"\}?$"
)

_SPELLED = re.compile(r"(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def spelled(text: str) -> str | None:
    """Return 128 bits written as a UUID, of any version, in their one spelling; None if the text is no such thing.

    Libraries write the same UUID in capitals, without dashes, in braces (Windows) or as `urn:uuid:…` (RFC 9562).
    """
    found = _SPELLED.fullmatch(text.lower())
    return "-".join(found.groups()) if found else None


def canonical(text: str) -> str | None:
    """Return the id in its one spelling (lower case, with dashes), or None if it is not a UUID."""
    one = spelled(text)
    return one if one is not None and _UUID.fullmatch(one) else None


def is_server_made(response_id: str) -> bool:
    """Return whether the id has the version that only Earshot and API clients with a key may make."""
    return response_id[14] == SERVER_VERSION


def milliseconds(response_id: str) -> int | None:
    """Return the Unix time in milliseconds that a version 7 or 8 id carries, else None."""
    return int(response_id[:8] + response_id[9:13], 16) if response_id[14] in "78" else None


def smallest(time: int) -> str:
    """Return the bound below which lie all ids of earlier milliseconds, for range queries."""
    head = f"{max(time, 0):012x}"
    return f"{head[:8]}-{head[8:12]}"


def mint(time: int, seed: bytes) -> str:
    """Make a version 8 id from Unix milliseconds and a seed: the same seed and time, the same id."""
    digest = sha256(seed).hexdigest()
    variant = "89ab"[int(digest[3], 16) & 3]
    head = f"{time:012x}"
    return f"{head[:8]}-{head[8:]}-{SERVER_VERSION}{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"


def named(survey: str, name: str) -> str:
    """Make the id of a response that its sender calls by a name: the same name, the same id; it holds no time."""
    return str(uuid5(NAMESPACE, f"name/{survey}/{name}"))


def of_person(survey: str, response_id: str, person: str) -> str:
    """Make the id of a person's response if another person's has the sent id; it keeps the sent id's time."""
    named = uuid5(NAMESPACE, f"person/{survey}/{response_id}/{person}")
    return str(named) if milliseconds(response_id) is None else f"{response_id[:15]}{str(named)[15:]}"


def next_generation(response_id: str) -> str:
    """Make the id under which a row is recorded again after its response under this id was withdrawn."""
    return mint(milliseconds(response_id) or 0, f"{response_id}/next".encode())


def is_plausible(claimed: int | None, received: int) -> bool:
    """Return whether an id's time is plausible at its receipt: at most 7 days old or 5 minutes ahead."""
    return claimed is not None and received - FAR_PAST <= claimed <= received + FAR_FUTURE
