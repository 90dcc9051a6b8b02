"""API keys: `earshot_<id>_<secret>`, of which only the hash is ever kept."""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

from earshot.domain.access import EVERYTHING, Access, Role

_BEGINNING = re.compile(r"earshot_([0-9a-f]{12})", re.IGNORECASE)
_KEY = re.compile(r"earshot_([0-9a-f]{12})_([0-9a-f]{48})")
_SECRET = re.compile(r"(earshot_[0-9a-f]{12}_)[0-9a-f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept; `created_at` and `revoked_at`, None while it is good, are ISO 8601 in UTC.

    `expires_at` is when it stops being good (Unix milliseconds), None for never. With a `role` it has the scopes that
    the role has now.
    """

    id: str
    name: str
    hash: str
    scopes: tuple[str, ...]
    created_at: str
    revoked_at: str | None = None
    expires_at: int | None = None
    role: Role | None = None
    access: Access = EVERYTHING

    def opens(self, presented: str) -> bool:
        """Return whether a presented key is this one and was not revoked."""
        return self.revoked_at is None and hmac.compare_digest(self.hash, hash_of(presented))

    def has_expired(self, now: int) -> bool:
        """Return whether it has stopped being good by a time."""
        return self.expires_at is not None and self.expires_at <= now


def compose(entropy: bytes) -> tuple[str, str]:
    """Make a key's id and the key itself from 30 bytes of entropy."""
    key_id, secret = entropy[:6].hex(), entropy[6:30].hex()
    return key_id, f"earshot_{key_id}_{secret}"


def id_of(presented: str) -> str | None:
    """Return the id inside a presented key, or None if it is not one of our keys."""
    found = _KEY.fullmatch(presented)
    return found[1] if found else None


def hidden(text: str) -> str:
    """Take the secret out of every key in a text that is to be shown or kept, also of one that was cut off."""
    return _SECRET.sub(r"\1…", text)


def hash_of(key: str) -> str:
    """Hash a key; with 24 random bytes inside it needs no slow hash."""
    return sha256(key.encode()).hexdigest()


def id_within(pasted: str) -> str:
    """Return the id of a key that was pasted instead of an id, ignoring text around it; else the text unchanged."""
    found = _BEGINNING.search(pasted)
    return found[1].lower() if found else pasted
