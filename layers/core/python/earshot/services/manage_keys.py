"""Make, list and revoke API keys; a key is shown once, when it is made."""

from collections.abc import Sequence

from earshot.domain.errors import NotFoundError
from earshot.domain.keys import ApiKey, compose, hash_of
from earshot.ports import Keys


def create(name: str, scopes: Sequence[str], now: str, entropy: bytes, *, keys: Keys) -> tuple[ApiKey, str]:
    """Make a key from 30 bytes of entropy; give what is kept of it, and the key itself."""
    key_id, secret = compose(entropy)
    key = ApiKey(key_id, name, hash_of(secret), tuple(scopes), now)
    keys.put(key)
    return key, secret


def revoke(key_id: str, now: str, *, keys: Keys) -> None:
    """Revoke a key for good; NotFoundError if there is none."""
    if not keys.revoke(key_id, now):
        raise NotFoundError(f"there is no key {key_id[:40]!r}")
