"""The owner of the local team, and the link with which they sign in."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_cli.local import owner
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.errors import StackReplyError
from earshot_cli.local.owner import fresh_link, owner_of

ENGINE, CONSOLE = Endpoint("http://engine", "token"), "http://localhost:8080/app"


@pytest.fixture
def replies(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Any]]:
    """Return what the API replies, call by call."""
    queued: list[tuple[int, Any]] = []

    def call(*_: Any) -> tuple[int, bytes]:
        status, body = queued.pop(0)
        return status, json.dumps(body).encode()

    monkeypatch.setattr(owner, "call", call)
    return queued


def test_the_first_owner_of_the_team_is_taken(replies: list[tuple[int, Any]]) -> None:
    members = [{"id": "ann", "role": "analyst"}, {"id": "kim", "role": "owner"}, {"id": "lee", "role": "owner"}]
    replies.append((200, {"members": members}))
    assert owner_of("http://gateway", "key") == "kim"


def test_without_an_owner_one_is_made(replies: list[tuple[int, Any]]) -> None:
    replies += [(200, {"members": [{"id": "ann", "role": "analyst"}]}), (202, {"id": "owner"})]
    assert owner_of("http://gateway", "key") == "owner"


@pytest.mark.parametrize("refused", [[(503, {})], [(200, {"members": []}), (409, {})]])
def test_a_stack_that_refuses_is_named(replies: list[tuple[int, Any]], refused: list[tuple[int, Any]]) -> None:
    replies += refused
    with pytest.raises(StackReplyError):
        owner_of("http://gateway", "key")


@pytest.mark.parametrize(
    "payload", ['{"path": "/app/invitation/token", "member": "kim"}', '{"errorMessage": "x"}', "["]
)
def test_the_link_leads_to_localhost_or_there_is_none(payload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def invoke(**wanted: Any) -> dict[str, Any]:
        asked.append(wanted)
        return {"Payload": io.BytesIO(payload.encode())}

    monkeypatch.setattr(owner, "client", lambda *_: SimpleNamespace(invoke=invoke))
    if "path" in payload:
        assert fresh_link(ENGINE, "SignIn:live", "kim", CONSOLE) == "http://localhost:8080/app/invitation/token"
    else:
        with pytest.raises(StackReplyError):
            fresh_link(ENGINE, "SignIn:live", "kim", CONSOLE)
    assert asked == [{"FunctionName": "SignIn:live", "Payload": '{"member": "kim"}'}]
