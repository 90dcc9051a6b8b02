"""Make, list and revoke API keys; a key is shown once, when it is made."""

from collections.abc import Sequence

from earshot.domain.api_key import ApiKey, compose, hash_of, id_of
from earshot.domain.errors import ForbiddenError, NotFoundError
from earshot.domain.events import iso
from earshot.ports.api_keys import ApiKeys


def check_grant(giver: ApiKey, scopes: Sequence[str], expires: int | None) -> None:
    """Raise ForbiddenError if a key would make one with more scopes, or a longer life, than its own."""
    if lacking := [scope for scope in scopes if scope not in giver.scopes]:
        raise ForbiddenError(f"the API key lacks {', '.join(map(repr, lacking))}, which it cannot grant")
    if giver.expires_at is not None and (expires is None or expires > giver.expires_at):
        raise ForbiddenError(
            f"the API key expires at {iso(giver.expires_at)}: it can only make keys that expire no later"
        )


def create(
    name: str, scopes: Sequence[str], now: str, entropy: bytes, *, keys: ApiKeys, expires: int | None = None
) -> tuple[ApiKey, str]:
    """Make a key from 30 bytes of entropy, valid until `expires`; return its record and the key itself."""
    key_id, secret = compose(entropy)
    key = ApiKey(key_id, name, hash_of(secret), tuple(scopes), now, expires_at=expires)
    keys.put(key)
    return key, secret


def revoke(key_id: str, now: str, *, keys: ApiKeys) -> None:
    """Revoke a key for good; raise NotFoundError, which never repeats the sent text, if there is none."""
    if not keys.revoke(key_id, now):
        raise NotFoundError(WHOLE if id_of(key_id) else UNKNOWN)


UNKNOWN = "there is no key with this id; GET /v1/keys lists them"
WHOLE = "this is the key itself; revoke it by its id, the 12 characters between the underscores"
