"""Check that an API key is valid and has the required scope."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from earshot.domain.access import Caller
from earshot.domain.api_key import ApiKey, id_of
from earshot.domain.errors import ForbiddenError, UnauthenticatedError

if TYPE_CHECKING:  # submit_response starts faster without imports for types
    from earshot.ports.api_keys import ApiKeys


def identify(presented: str | None, now: int, *, keys: "ApiKeys") -> ApiKey:
    """Return the key that was presented, whatever its scopes, and note the day of its use.

    Raises UnauthenticatedError if it is not a key, was revoked, or has expired by now (Unix milliseconds).
    """
    if not presented:
        raise UnauthenticatedError("this call needs an API key: Authorization: Bearer KEY")
    key_id = id_of(presented)
    key = keys.get(key_id) if key_id else None
    if key is None or not key.opens(presented):
        raise UnauthenticatedError("the API key is invalid or was revoked")
    if key.has_expired(now):
        raise UnauthenticatedError("the API key has expired; make a new one with POST /v1/keys or `earshot key create`")
    keys.note_use(key.id, datetime.fromtimestamp(now / 1000, UTC).date().isoformat())
    return key


def require(key: ApiKey, *scopes: str) -> None:
    """Raise ForbiddenError if a key that is good lacks a scope."""
    for scope in scopes:
        if scope not in key.scopes:
            raise ForbiddenError(f"the API key lacks the scope {scope!r}")


def caller_of(key: ApiKey) -> Caller:
    """Return what a key may do; it stands for no member, so it owns nothing."""
    return Caller(frozenset(key.scopes), key.access, role=key.role)
