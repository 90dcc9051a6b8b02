"""The link that signs a member in: of the local stack by its engine, of a deployed one by its function."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from earshot_cli.errors import CommandError, UsageError
from earshot_cli.invitation_link import invitation_link

URL, CONSOLE = "http://127.0.0.1:8080", "http://localhost:8080/app"


@pytest.fixture
def invoked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Return what is invoked, by the local stack or by AWS; each makes a link."""
    asked: list[tuple[str, Any]] = []

    def client_of(where: str) -> Any:
        def invoke(**wanted: Any) -> dict[str, Any]:
            asked.append((where, (wanted["FunctionName"], json.loads(wanted["Payload"]))))
            return {"Payload": io.BytesIO(b'{"path": "/app/invitation/token"}')}

        return SimpleNamespace(invoke=invoke)

    monkeypatch.setattr("earshot_cli.local.aws.client", lambda *_: client_of("engine"))
    monkeypatch.setattr("earshot_cli.local.aws.leave_the_users_account_alone", lambda _: None)
    monkeypatch.setattr(boto3, "Session", lambda **_: SimpleNamespace(client=lambda _: client_of("AWS")))
    return asked


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the file of a local stack."""
    monkeypatch.setenv("EARSHOT_LOCAL_DIR", str(tmp_path))
    file = tmp_path / "earshot.json"
    saved = {"url": URL, "engine_endpoint": "http://engine", "engine_token": "token", "console": CONSOLE}
    file.write_text(json.dumps(saved | {"invitations_function": "Local:live"}))
    return file


def test_of_the_local_stack_it_leads_to_localhost(invoked: list[Any], local: Path) -> None:
    assert invitation_link("kim", None, URL) == "http://localhost:8080/app/invitation/token"
    assert invoked == [("engine", ("Local:live", {"member": "kim"}))]


def test_of_a_deployed_stack_it_leads_to_its_address(invoked: list[Any], local: Path) -> None:
    link = invitation_link("kim", "SignIn:live", "https://api.example.com/")
    assert link == "https://api.example.com/app/invitation/token"
    assert invoked == [("AWS", ("SignIn:live", {"member": "kim"}))]


def test_without_a_function_another_stack_is_refused(invoked: list[Any], local: Path) -> None:
    with pytest.raises(UsageError, match="InvitationsFunction"):
        invitation_link("kim", None, "https://api.example.com")
    local.write_text("{}")
    with pytest.raises(UsageError, match="make run"):
        invitation_link("kim", None, URL)
    local.unlink()
    with pytest.raises(UsageError, match="No local Earshot"):
        invitation_link("kim", None, URL)
    assert invoked == []


def test_a_function_that_makes_no_link_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = SimpleNamespace(invoke=lambda **_: {"Payload": io.BytesIO(b'{"key": "x"}')})
    monkeypatch.setattr(boto3, "Session", lambda **_: SimpleNamespace(client=lambda _: wrong))
    with pytest.raises(CommandError, match="InvitationsFunction"):
        invitation_link("kim", "Keys:live", URL)
