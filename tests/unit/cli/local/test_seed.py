"""The key of an earlier run is kept as long as it has every scope there is now."""

import json
from typing import Any

import pytest

from earshot.domain.access import SCOPES
from earshot_cli.local import seed
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.seed import working_key
from earshot_cli.local.settings import Settings

OLD = "earshot_0123456789ab_secret"


@pytest.fixture
def stack(project: Settings, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the stack lists as its keys; without any it refuses."""
    keys: list[dict[str, Any]] = []
    project.local_dir.mkdir()
    project.connection.write_text(json.dumps({"api_key": OLD}))

    def call(*_: str) -> tuple[int, bytes]:
        return (200, json.dumps({"keys": keys}).encode()) if keys else (401, b"{}")

    monkeypatch.setattr(seed, "call", call)
    monkeypatch.setattr(seed, "_new_key", lambda *_: "new")
    return keys


def test_a_key_with_every_scope_is_kept(project: Settings, stack: list[dict[str, Any]]) -> None:
    stack += [{"id": "ffffffffffff", "scopes": []}, {"id": "0123456789ab", "scopes": SCOPES}]
    assert working_key(project, "http://door", Endpoint("http://engine", "token"), "Keys") == OLD


@pytest.mark.parametrize(
    "keys",
    [[], [{"id": "0123456789ab", "scopes": SCOPES[:-1]}], [{"id": "ffffffffffff", "scopes": SCOPES}]],
    ids=["refused", "lacks a scope", "unknown"],
)
def test_any_other_key_is_replaced(project: Settings, stack: list[dict[str, Any]], keys: list[dict[str, Any]]) -> None:
    stack += keys
    assert working_key(project, "http://door", Endpoint("http://engine", "token"), "Keys") == "new"
