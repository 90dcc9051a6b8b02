"""API keys open what their scopes say, until they are revoked or expire."""

import pytest

from earshot.domain.api_key import ApiKey
from earshot.domain.errors import ForbiddenError, UnauthenticatedError
from earshot.services.api_keys.check_api_key import identify, require
from earshot.services.api_keys.manage_api_keys import create, revoke
from tests.factories import NOON
from tests.fakes.keys import InMemoryKeys

NOW = "2026-11-21T12:00:00.000Z"


@pytest.fixture
def keys() -> InMemoryKeys:
    return InMemoryKeys()


@pytest.fixture
def secret(keys: InMemoryKeys) -> str:
    return create("ci", ["scores:read"], NOW, bytes(range(30)), keys=keys)[1]


def authorize(presented: str | None, scope: str, *, keys: InMemoryKeys, now: int = NOON) -> ApiKey:
    key = identify(presented, now, keys=keys)
    require(key, scope)
    return key


def test_a_key_opens_its_scopes_and_no_other(keys: InMemoryKeys, secret: str) -> None:
    assert authorize(secret, "scores:read", keys=keys).name == "ci"
    with pytest.raises(ForbiddenError, match="keys"):
        authorize(secret, "keys", keys=keys)


def test_a_revoked_key_opens_nothing_and_stays_revoked(keys: InMemoryKeys, secret: str) -> None:
    (kept,) = keys.list()
    revoke(kept.id, NOW, keys=keys)
    with pytest.raises(UnauthenticatedError):
        authorize(secret, "scores:read", keys=keys)
    revoke(kept.id, "2027-01-01T00:00:00.000Z", keys=keys)
    assert keys.list()[0].revoked_at == NOW


@pytest.mark.parametrize("presented", [None, "", "x", "earshot_000000000000_" + "0" * 48])
def test_what_is_no_key_opens_nothing(keys: InMemoryKeys, secret: str, presented: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        authorize(presented, "scores:read", keys=keys)
    with pytest.raises(UnauthenticatedError):
        authorize(secret[:-1] + "f" if secret[-1] != "f" else secret[:-1] + "0", "scores:read", keys=keys)


def test_a_key_opens_nothing_from_the_moment_it_expires(keys: InMemoryKeys) -> None:
    _, secret = create("trial", ["scores:read"], NOW, bytes(range(30)), keys=keys, expires=NOON + 1000)
    assert authorize(secret, "scores:read", keys=keys, now=NOON + 999).name == "trial"
    for now in (NOON + 1000, NOON + 10**9):
        with pytest.raises(UnauthenticatedError, match="expired"):
            authorize(secret, "scores:read", keys=keys, now=now)


def test_only_who_has_the_key_hears_that_it_has_expired(keys: InMemoryKeys) -> None:
    kept, _ = create("trial", ["scores:read"], NOW, bytes(range(30)), keys=keys, expires=NOON)
    with pytest.raises(UnauthenticatedError, match="invalid or was revoked"):
        authorize(f"earshot_{kept.id}_{'0' * 48}", "scores:read", keys=keys)


def test_the_day_of_its_use_is_noted_of_a_key_that_is_good_and_of_no_other(keys: InMemoryKeys, secret: str) -> None:
    kept, trial = create("trial", ["scores:read"], NOW, bytes(30), keys=keys, expires=NOON)
    for presented in (trial, f"earshot_{kept.id}_{'1' * 48}", secret[:-1] + "x", None):
        with pytest.raises(UnauthenticatedError):
            authorize(presented, "scores:read", keys=keys)
    assert keys.used == {}
    authorize(secret, "scores:read", keys=keys)
    with pytest.raises(ForbiddenError):
        authorize(secret, "keys", keys=keys, now=NOON + 86_400_000)
    assert list(keys.used.values()) == ["2026-11-22"]
