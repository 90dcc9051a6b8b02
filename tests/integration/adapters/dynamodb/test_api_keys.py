"""The API keys' adapter and its fake keep the same contract; the day of a key's use is noted."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from earshot.adapters.dynamodb.api_keys import DynamoDBApiKeys
from earshot.domain.access import Access, Role, scopes_of
from earshot.domain.api_key import ApiKey
from tests.factories import NOON
from tests.fakes.keys import InMemoryKeys


class Metered:
    """A client that counts updates, and fails at them if it is to."""

    def __init__(self, client: Any, error: Exception | None = None) -> None:
        self._client, self._error, self.writes = client, error, 0

    def update_item(self, **request: Any) -> Any:
        self.writes += 1
        if self._error:
            raise self._error
        return self._client.update_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.fixture(params=["fake", "dynamodb"])
def keys(request: pytest.FixtureRequest) -> Any:
    return (
        InMemoryKeys() if request.param == "fake" else DynamoDBApiKeys(request.getfixturevalue("dynamodb"), "earshot")
    )


@pytest.mark.parametrize(
    "key",
    [
        ApiKey("0" * 12, "ci", "hash", ("scores:read", "keys"), "2026-01-01", expires_at=NOON),
        ApiKey("0" * 12, "ci", "hash", scopes_of(Role.ANALYST), "2026-01-01", role=Role.ANALYST),
        ApiKey("0" * 12, "ci", "hash", ("keys",), "2026-01-01", access=Access(("shop",), ("region", "emea"))),
        ApiKey("0" * 12, "ci", "hash", ("keys",), "2026-01-01", access=Access(own_accounts=True)),
    ],
)
def test_a_key_is_kept_as_it_is(keys: Any, key: ApiKey) -> None:
    keys.put(key)
    assert (keys.get(key.id), keys.list()) == (key, [key])


def test_the_last_day_of_a_keys_use_is_noted_and_never_goes_back(keys: Any) -> None:
    assert keys.last_used([]) == {}
    for day in ("2026-11-21", "2026-11-21", "2026-11-23"):
        keys.note_use("0" * 12, day)
    keys.note_use("1" * 12, "2026-11-20")
    assert keys.last_used(["0" * 12, "1" * 12, "2" * 12]) == {"0" * 12: "2026-11-23", "1" * 12: "2026-11-20"}
    assert keys.list() == []


def test_containers_note_a_keys_use_once_a_day_each_and_the_later_day_stays(dynamodb: Any) -> None:
    metered, other = Metered(dynamodb), DynamoDBApiKeys(dynamodb, "earshot")
    here = DynamoDBApiKeys(metered, "earshot")
    other.note_use("0" * 12, "2026-11-22")
    for _ in range(3):
        here.note_use("0" * 12, "2026-11-21")
    assert (metered.writes, here.last_used(["0" * 12])) == (1, {"0" * 12: "2026-11-22"})
    here.note_use("0" * 12, "2026-11-23")
    here.note_use("1" * 12, "2026-11-23")
    assert (metered.writes, here.last_used(["0" * 12])) == (3, {"0" * 12: "2026-11-23"})


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "UpdateItem"),
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "UpdateItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_use_that_cannot_be_noted_costs_no_request_and_is_tried_once(dynamodb: Any, error: Exception) -> None:
    metered = Metered(dynamodb, error)
    keys = DynamoDBApiKeys(metered, "earshot")
    for _ in range(3):
        keys.note_use("0" * 12, "2026-11-21")
    assert metered.writes == 1


@pytest.mark.parametrize("expires", [None, 1_795_294_800_000])
def test_a_key_is_kept_and_revoked_for_good(keys: Any, expires: int | None) -> None:
    key = ApiKey("0" * 12, "ci", "hash", ("keys", "scores:read"), "2026-11-21T12:00:00.000Z", expires_at=expires)
    assert keys.get(key.id) is None
    assert not keys.revoke(key.id, "now")
    keys.put(key)
    assert keys.get(key.id) == key
    assert keys.revoke(key.id, "now")
    assert keys.revoke(key.id, "later")
    assert keys.list() == [replace(key, revoked_at="now")]
