"""Keys open what their scopes say, until they are revoked."""

import pytest

from earshot.domain.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from earshot.domain.keys import ApiKey
from earshot.services.authorize import identify, require
from earshot.services.manage_keys import create, revoke
from tests.fakes.keys import InMemoryKeys

NOW = "2026-11-21T12:00:00.000Z"


@pytest.fixture
def keys() -> InMemoryKeys:
    return InMemoryKeys()


@pytest.fixture
def secret(keys: InMemoryKeys) -> str:
    return create("ci", ["scores:read"], NOW, bytes(range(30)), keys=keys)[1]


def authorize(presented: str | None, scope: str, *, keys: InMemoryKeys) -> ApiKey:
    key = identify(presented, keys=keys)
    require(key, scope)
    return key


def test_a_key_opens_its_scopes_and_no_other(keys: InMemoryKeys, secret: str) -> None:
    assert authorize(secret, "scores:read", keys=keys).name == "ci"
    with pytest.raises(ForbiddenError, match="keys"):
        authorize(secret, "keys", keys=keys)


def test_only_the_hash_is_kept(keys: InMemoryKeys, secret: str) -> None:
    assert secret not in repr(keys.kept)


def test_a_revoked_key_opens_nothing_and_stays_revoked(keys: InMemoryKeys, secret: str) -> None:
    (kept,) = keys.list()
    revoke(kept.id, NOW, keys=keys)
    with pytest.raises(UnauthenticatedError):
        authorize(secret, "scores:read", keys=keys)
    revoke(kept.id, "2027-01-01T00:00:00.000Z", keys=keys)
    assert keys.list()[0].revoked == NOW


@pytest.mark.parametrize("presented", [None, "", "x", "earshot_000000000000_" + "0" * 48])
def test_what_is_no_key_opens_nothing(keys: InMemoryKeys, secret: str, presented: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        authorize(presented, "scores:read", keys=keys)
    with pytest.raises(UnauthenticatedError):
        authorize(secret[:-1] + "f" if secret[-1] != "f" else secret[:-1] + "0", "scores:read", keys=keys)


def test_a_key_that_is_not_there_cannot_be_revoked(keys: InMemoryKeys) -> None:
    with pytest.raises(NotFoundError):
        revoke("nope", NOW, keys=keys)
