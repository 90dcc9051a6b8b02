"""The audit log as an operator reads it: narrowed, in its order, and nothing else of the log."""

import json
import time
from typing import Any

import pytest

from earshot import bootstrap
from earshot.domain.events import iso
from earshot.domain.keyed_hash import audit_name
from earshot_cli.listing import Format
from earshot_cli.ops import audit_log
from earshot_cli.ops.audit_log import Wanted
from earshot_cli.ops.stack import Resource
from tests.unit.cli.ops.conftest import World

GROUP, SECRET = "/earshot", "hashes"
# CloudWatch takes no line of long ago and none of the future.
NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000


@pytest.fixture
def log(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what writes lines into the stack's log, an hour after each other, up to now."""
    monkeypatch.setattr(bootstrap, "now", lambda: NOW)
    logs, secrets = world.stack.client("logs"), world.stack.client("secretsmanager")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="one")
    secrets.create_secret(Name=SECRET, SecretString="key")
    kind = "AWS::Logs::LogGroup"
    resources = dict(world.stack.resources)
    resources["LogGroup"] = Resource("LogGroup", GROUP, kind, "CREATE_COMPLETE")
    resources["HashSecret"] = Resource("HashSecret", SECRET, "-", "CREATE_COMPLETE")
    object.__setattr__(world.stack, "resources", resources)

    def write(*lines: Any) -> None:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        times = range(NOW - len(texts) * HOUR, NOW, HOUR)
        events = [{"timestamp": at, "message": text} for at, text in zip(times, texts, strict=True)]
        logs.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=events)

    return write


def line(action: str, key: str = "k1", **about: str) -> dict[str, Any]:
    return {"message": "audit", "action": action, "key": key, "status": 200, "object": about, "correlation_id": "r"}


def shown(world: World, capsys: pytest.CaptureFixture[str], limit: int = 100, **wanted: Any) -> list[dict[str, Any]]:
    audit_log.show(world.stack, Wanted(**{"days": 30, **wanted}), limit, Format.JSONL)
    return [json.loads(text) for text in capsys.readouterr().out.splitlines()]


def test_lines_come_in_their_order_and_nothing_else_of_the_log(
    world: World, log: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    log(line("list keys"), "START RequestId", '["audit"]', {"message": "request"}, line("erase a person", person="ab"))
    rows = shown(world, capsys)
    assert [row["action"] for row in rows] == ["list keys", "erase a person"]
    assert rows[1] == {
        "time": iso(NOW - HOUR),
        "key": "k1",
        "member": "",
        "action": "erase a person",
        "object": {"person": "ab"},
        "status": 200,
        "request": "r",
    }


def test_who_signed_in_stands_there_as_a_member(world: World, log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    log(line("sign in by code", "") | {"member": "kim"})
    (row,) = shown(world, capsys)
    assert (row["key"], row["member"], row["action"]) == ("", "kim", "sign in by code")


def test_lines_are_narrowed_by_key_person_and_action(
    world: World, log: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = audit_name("ann", b"key")
    log(
        line("export a person", person=ann),
        line("erase a person", "k2", person=ann),
        line("erase a person", person="x"),
    )
    assert [row["action"] for row in shown(world, capsys, person="ann")] == ["export a person", "erase a person"]
    assert [row["object"]["person"] for row in shown(world, capsys, key="k2")] == [ann]
    assert len(shown(world, capsys, action="ERASE")) == 2


def test_the_newest_lines_are_shown_and_old_ones_left_out(
    world: World, log: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    log(*(line(f"read {number}") for number in range(30)))
    assert [row["action"] for row in shown(world, capsys, limit=2)] == ["read 28", "read 29"]
    assert len(shown(world, capsys, days=1)) == 24
    assert len(shown(world, capsys, limit=0)) == 30


def test_a_table_is_for_reading_and_csv_for_a_file(world: World, log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    log(line("revoke a key", key="=1+1"))
    audit_log.show(world.stack, Wanted(30), 100, Format.CSV)
    assert capsys.readouterr().out.splitlines()[1].split(",")[1] == "'=1+1"
    audit_log.show(world.stack, Wanted(30), 100, Format.TEXT)
    assert "revoke a key" in capsys.readouterr().out


def test_an_empty_log_is_reported(world: World, log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    audit_log.show(world.stack, Wanted(7), 100, Format.TEXT)
    assert capsys.readouterr().err == "No matching entries in the log of the last 7 days.\n"
