"""A whole key that is pasted where its id belongs leaves its secret nowhere on the way."""

from typing import TYPE_CHECKING, Any

from tests.e2e.commanding import earshot

if TYPE_CHECKING:
    # The fixture's type; the module itself is loaded by pytest.
    from tests.e2e.conftest import Stack


def test_a_whole_key_is_revoked_without_its_secret_on_the_way(stack: "Stack") -> None:
    made: dict[str, Any] = stack.call("POST", "/v1/keys", {"name": "pasted", "scopes": ["surveys:read"]}).body
    assert stack.call("GET", "/v1/surveys", key=made["key"]).status == 200

    done = earshot(stack, "key", "revoke", made["key"])

    assert (done.returncode, done.stdout) == (0, f"Key {made['id']} is revoked.\n"), done.stderr
    assert stack.call("GET", "/v1/surveys", key=made["key"]).status == 401
    # The engine's own lines, which name every path that was called, are searched too.
    assert made["key"].split("_")[2] not in (stack.local_dir / "engine.log").read_text(errors="replace")
