"""The small promises of a run: a private file, one run at a time, a patient but bounded end."""

import json
import stat
import time
from dataclasses import replace

import pytest

from earshot_cli.local import drain as draining
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import _environment
from earshot_cli.local.errors import AlreadyRunningError
from earshot_cli.local.seed import Connection, save
from earshot_cli.local.settings import Settings
from earshot_cli.local.single_instance import only_one, stop_leftover


def test_the_connection_is_for_its_owner_only_even_over_an_older_file(project: Settings) -> None:
    project.local_dir.mkdir()
    project.connection.write_text("{}")
    project.connection.chmod(0o644)
    more = {"clock": "/there/clock", "console": "http://localhost:1/app", "invitations_function": "SignIn:live"}
    save(project, Connection("http://127.0.0.1:1", "secret", "http://127.0.0.1:2", "token", **more))
    assert stat.S_IMODE(project.connection.stat().st_mode) == 0o600
    assert json.loads(project.connection.read_text()) == {
        "url": "http://127.0.0.1:1",
        "api_key": "secret",
        "engine_endpoint": "http://127.0.0.1:2",
        "engine_token": "token",
        "survey": "demo",
        **more,
    }


def test_there_is_one_run_for_each_state(project: Settings) -> None:
    with only_one(project), pytest.raises(AlreadyRunningError, match="already running"), only_one(project):
        pass
    with only_one(project):
        pass


@pytest.mark.parametrize(
    "record", ['{"pid": 1, "port": 9}', '{"pid": 1, "port": 9, "token": "t"}', "no json", "{}", "[]"]
)
def test_a_process_that_is_not_our_engine_is_left_alone(project: Settings, record: str) -> None:
    project.local_dir.mkdir()
    project.engine_record.write_text(record)
    stop_leftover(project, print)


def test_the_users_account_stays_outside_the_engine(project: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL_DYNAMODB"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    env = _environment(project, 4000, "token", 3)
    assert "real" not in env.values()
    assert env["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4000"
    assert env["AWS_SESSION_TOKEN"] == "token"
    assert env["HOME"] == env["TMPDIR"] == str(project.scratch)


def test_the_functions_inherit_what_stands_in_for_a_vendor(project: Settings) -> None:
    env = _environment(replace(project, slack_api="http://127.0.0.1:1/api"), 4000, "token", 3)
    assert (env["EARSHOT_SLACK_API"], env["EARSHOT_HUBSPOT_API"]) == ("http://127.0.0.1:1/api", "")


def looks(monkeypatch: pytest.MonkeyPatch, *seen: dict[str, int] | None) -> None:
    """Show the drain these backlogs, the last one for ever."""
    left = list(seen)
    monkeypatch.setattr(draining, "backlog", lambda _: left.pop(0) if len(left) > 1 else left[0])
    monkeypatch.setattr(draining, "LOOK_SECONDS", 0)


ENGINE = Endpoint("http://engine", "token")
QUIET = {"records": 0, "messages": 0, "batches": 0}


def test_the_drain_waits_until_nothing_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch, {**QUIET, "records": 3}, {**QUIET, "batches": 1}, QUIET, {**QUIET, "messages": 1}, QUIET)
    assert draining.drain(ENGINE) == 0


def test_the_drain_gives_up_and_reports_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch, {**QUIET, "records": 7})
    monkeypatch.setattr(draining, "DRAIN_SECONDS", 0.05)
    start = time.monotonic()
    assert draining.drain(ENGINE) == 7
    assert time.monotonic() - start < 1


def test_the_drain_ends_with_the_engine_and_for_those_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch, None)
    assert draining.drain(ENGINE) == 0
    looks(monkeypatch, {**QUIET, "records": 7})
    assert draining.drain(ENGINE, hurry=lambda: True) == 0
