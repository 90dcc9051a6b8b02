"""API keys are created and revoked, and give no more than their maker has."""

from dataclasses import replace

import pytest

from earshot.domain.access import EVERYTHING, Access
from earshot.domain.api_key import ApiKey
from earshot.domain.errors import ForbiddenError, NotFoundError, OutsideAccessError
from earshot.services.api_keys.manage_api_keys import KeyDraft, check_grant, create, revoke
from tests.factories import NOON
from tests.fakes.keys import InMemoryKeys

NOW = "2026-11-21T12:00:00.000Z"


@pytest.fixture
def keys() -> InMemoryKeys:
    return InMemoryKeys()


@pytest.fixture
def secret(keys: InMemoryKeys) -> str:
    return create("ci", ["scores:read"], NOW, bytes(range(30)), keys=keys)[1]


def giver(*scopes: str, expires: int | None = None) -> ApiKey:
    return ApiKey("0" * 12, "giver", "hash", scopes, NOW, expires_at=expires)


def test_only_the_hash_is_kept(keys: InMemoryKeys, secret: str) -> None:
    assert secret not in repr(keys.kept)


def test_a_key_that_is_not_there_cannot_be_revoked(keys: InMemoryKeys) -> None:
    with pytest.raises(NotFoundError):
        revoke("nope", NOW, keys=keys)


def test_a_key_gives_only_scopes_it_has() -> None:
    check_grant(giver("keys", "scores:read"), KeyDraft("x", ("scores:read",)))
    with pytest.raises(ForbiddenError, match="lacks 'people:read', 'identity:read'"):
        check_grant(giver("keys", "scores:read"), KeyDraft("x", ("scores:read", "people:read", "identity:read")))


@pytest.mark.parametrize("expires", [None, NOON + 1])
def test_no_key_makes_one_that_outlives_it(expires: int | None) -> None:
    check_grant(giver("keys", expires=NOON), KeyDraft("x", ("keys",), NOON))
    with pytest.raises(ForbiddenError, match=r"expires at 2026-11-21T12:00:00\.000Z"):
        check_grant(giver("keys", expires=NOON), KeyDraft("x", ("keys",), expires))


@pytest.mark.parametrize("access", [EVERYTHING, Access(("shop", "other")), Access(segment=("region", "emea"))])
def test_no_key_makes_one_with_more_access(access: Access) -> None:
    maker = replace(giver("keys"), access=Access(("shop",)))
    check_grant(maker, KeyDraft("x", ("keys",), access=Access(("shop",), ("region", "emea"))))
    with pytest.raises(OutsideAccessError, match="cannot grant more"):
        check_grant(maker, KeyDraft("x", ("keys",), access=access))
