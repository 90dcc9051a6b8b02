"""Keys over HTTP, and the first one by a direct invocation."""

import pytest

from earshot import bootstrap
from earshot.domain.errors import InvalidError
from tests.factories import NOON
from tests.unit.functions.conftest import World, load

POST, LIST, DELETE = "POST /v1/keys", "GET /v1/keys", "DELETE /v1/keys/{key}"


def test_a_key_is_shown_once_and_then_only_described(world: World) -> None:
    status, made = world.ask("manage_keys", POST, "/v1/keys", {"name": "ci", "scopes": ["keys"]})
    assert (status, made["key"].startswith(f"earshot_{made['id']}_")) == (201, True)
    listed = world.ask("manage_keys", LIST, "/v1/keys")[1]["keys"]
    fields = ["access", "created_at", "expires_at", "id", "last_used_on", "name", "revoked_at", "role", "scopes"]
    assert {key["name"]: sorted(key) for key in listed} == {"tests": fields, "ci": fields}
    assert {key["name"]: key["last_used_on"] for key in listed} == {"tests": "2026-11-21", "ci": None}
    assert world.ask("manage_keys", LIST, "/v1/keys", key=made["key"])[0] == 200


def test_a_revoked_key_is_refused_from_the_next_call_on(world: World) -> None:
    _, made = world.ask("manage_keys", POST, "/v1/keys", {"name": "ci", "scopes": ["keys"]})
    assert world.ask("manage_keys", DELETE, f"/v1/keys/{made['id']}") == (204, None)
    assert world.ask("manage_keys", LIST, "/v1/keys", key=made["key"])[0] == 401
    assert world.ask("manage_keys", DELETE, "/v1/keys/none")[0] == 404


def test_a_key_without_the_scope_makes_no_keys(world: World) -> None:
    _, made = world.ask("manage_keys", POST, "/v1/keys", {"name": "ci", "scopes": ["scores:read"]})
    assert world.ask("manage_keys", POST, "/v1/keys", {"name": "x", "scopes": ["keys"]}, key=made["key"])[0] == 403


def test_a_key_makes_none_that_can_more_or_lives_longer(world: World) -> None:
    body = {"name": "ci", "scopes": ["keys", "scores:read"], "expires_at": "2026-12-01"}
    _, made = world.ask("manage_keys", POST, "/v1/keys", body)
    assert made["expires_at"] == "2026-12-01T00:00:00.000Z"
    for wanted, value in (
        (body | {"scopes": ["keys", "people:read"]}, "'people:read'"),
        (body | {"expires_at": "2026-12-01T00:00:01Z"}, "expires at 2026-12-01"),
        (body | {"expires_at": None}, "expires at 2026-12-01"),
    ):
        status, problem = world.ask("manage_keys", POST, "/v1/keys", wanted, key=made["key"])
        assert (status, value in problem["detail"]) == (403, True)
    assert len(world.keys.list()) == 2
    assert world.ask("manage_keys", POST, "/v1/keys", body, key=made["key"])[0] == 201


def test_an_expired_key_is_refused_and_still_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"name": "ci", "scopes": ["keys"], "expires_at": "2026-11-21T12:00:01Z"}
    _, made = world.ask("manage_keys", POST, "/v1/keys", body)
    assert world.ask("manage_keys", LIST, "/v1/keys", key=made["key"])[0] == 200
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 1000)
    status, problem = world.ask("manage_keys", LIST, "/v1/keys", key=made["key"])
    assert (status, "has expired" in problem["detail"]) == (401, True)
    listed = world.ask("manage_keys", LIST, "/v1/keys")[1]["keys"]
    assert {key["name"]: key["expires_at"] for key in listed} == {"tests": None, "ci": "2026-11-21T12:00:01.000Z"}


def test_the_first_key_is_made_by_a_direct_invocation(world: World) -> None:
    made = load("manage_keys").lambda_handler({"name": "first", "scopes": ["keys"]}, None)
    assert world.ask("manage_keys", LIST, "/v1/keys", key=made["key"])[0] == 200
    with pytest.raises(InvalidError):
        load("manage_keys").lambda_handler({"name": "first", "scopes": ["everything"]}, None)


def test_a_request_from_outside_cannot_pass_for_an_invocation(world: World) -> None:
    body = {"name": "evil", "scopes": ["keys"]}
    assert world.ask("manage_keys", POST, "/v1/keys", body, key=None)[0] == 401
    assert len(world.keys.list()) == 1


@pytest.mark.parametrize("secret", ["hunter2-of-the-mail-server", "earshot_0f1e2d3c4b5a_" + "c0ffee" * 8])
def test_what_was_pasted_for_the_id_of_a_key_never_comes_back(world: World, secret: str) -> None:
    status, problem = world.ask("manage_keys", DELETE, f"/v1/keys/{secret}")

    assert status == 404
    assert secret[:20] not in str(problem)
    assert ("it by its id" in problem["detail"]) is secret.startswith("earshot_")
