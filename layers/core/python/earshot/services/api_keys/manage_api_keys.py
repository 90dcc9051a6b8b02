"""Make, list and revoke API keys; a key is shown once, when it is made."""

from collections.abc import Iterable
from dataclasses import dataclass

from earshot.domain.access import EVERYTHING, Access, Role, is_within
from earshot.domain.api_key import ApiKey, compose, hash_of, id_of
from earshot.domain.errors import ForbiddenError, NotFoundError, OutsideAccessError
from earshot.domain.events import iso
from earshot.ports.api_keys import ApiKeys


@dataclass(frozen=True, slots=True)
class KeyDraft:
    """A key that is to be made; with a `role` its scopes are the role's."""

    name: str
    scopes: tuple[str, ...]
    expires: int | None = None
    role: Role | None = None
    access: Access = EVERYTHING


def check_grant(giver: ApiKey, draft: KeyDraft) -> None:
    """Raise ForbiddenError if a key would make one with more scopes, more access or a longer life than its own."""
    scopes, expires = draft.scopes, draft.expires
    if lacking := [scope for scope in scopes if scope not in giver.scopes]:
        raise ForbiddenError(f"the API key lacks {', '.join(map(repr, lacking))}, which it cannot grant")
    if giver.expires_at is not None and (expires is None or expires > giver.expires_at):
        raise ForbiddenError(
            f"the API key expires at {iso(giver.expires_at)}: it can only make keys that expire no later"
        )
    if not is_within(draft.access, giver.access):
        raise OutsideAccessError("the API key has limited access, and cannot grant more: name at most its own `access`")


def create(  # noqa: PLR0913 - each says something else about the key
    name: str,
    scopes: Iterable[str],
    now: str,
    entropy: bytes,
    *,
    keys: ApiKeys,
    expires: int | None = None,
    role: Role | None = None,
    access: Access = EVERYTHING,
) -> tuple[ApiKey, str]:
    """Make a key from 30 bytes of entropy, valid until `expires`; return its record and the key itself."""
    key_id, secret = compose(entropy)
    key = ApiKey(key_id, name, hash_of(secret), tuple(scopes), now, expires_at=expires, role=role, access=access)
    keys.put(key)
    return key, secret


def revoke(key_id: str, now: str, *, keys: ApiKeys) -> None:
    """Revoke a key for good; raise NotFoundError, which never repeats the sent text, if there is none."""
    if not keys.revoke(key_id, now):
        raise NotFoundError(WHOLE if id_of(key_id) else UNKNOWN)


UNKNOWN = "there is no key with this id; GET /v1/keys lists them"
WHOLE = "this is the key itself; revoke it by its id, the 12 characters between the underscores"
