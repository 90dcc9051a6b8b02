"""`make run`: starts, stops without a trace, finds its state again, and says in one sentence what is wrong."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from earshot_cli.local.routes import translated_routes
from tests.e2e.survey_client import until

if TYPE_CHECKING:
    # The fixtures' types; the module itself is loaded by pytest.
    from tests.e2e.conftest import Crm, Delivery, Launch, Stack

ROOT = Path(__file__).resolve().parents[2]


def post_detractor(stack: "Stack", comment: str) -> None:
    posted = stack.call("POST", "/v1/surveys/demo/responses", {"score": 2, "comment": comment}, key=False)
    assert posted.status == 202


def with_comment(comment: str) -> Any:
    def wanted(delivery: "Delivery") -> bool:
        return comment in json.dumps(delivery.body)

    return wanted


def responses(stack: "Stack") -> int:
    return int(stack.call("GET", "/v1/surveys/demo/nps?window=all").body["responses"])


def engine_pid(local_dir: Path) -> int:
    return int(json.loads((local_dir / "engine.json").read_text())["pid"])


def is_gone(group: int, seconds: float = 60) -> bool:
    """Whether no process of the engine's group is left, workers included."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)


def refusal(local_dir: Path, **env: str) -> str:
    """The one line a stack that cannot start says on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "earshot_cli.local"],
        env={**os.environ, "EARSHOT_LOCAL_DIR": str(local_dir), "EARSHOT_PORT": "0", "EARSHOT_CRM_URL": "", **env},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("earshot: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_the_connection_file_names_the_stack_and_only_its_owner_reads_it(stack: "Stack") -> None:
    path = stack.local_dir / "earshot.json"
    body = json.loads(path.read_text())
    console = {"console", "invitations_function"}
    assert set(body) == {"url", "api_key", "engine_endpoint", "engine_token", "survey", "clock"} | console
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stack.call("GET", f"/v1/surveys/{body['survey']}").status == 200


def test_the_terminal_shows_what_to_do_next(stack: "Stack") -> None:
    output = "".join(stack.output)
    for line in (stack.url, stack.api_key, "curl -s", "earshot nps demo", "Ctrl-C", "make clean"):
        assert line in output


def test_the_routes_are_those_of_the_translated_template(stack: "Stack") -> None:
    template = stack.client("cloudformation").get_template(StackName="earshot", TemplateStage="Processed")
    api = next(
        resource
        for resource in template["TemplateBody"]["Resources"].values()
        if resource["Type"] == "AWS::ApiGatewayV2::Api"
    )
    gateway = stack.client("apigatewayv2")
    (found,) = gateway.get_apis()["Items"]
    routes = gateway.get_routes(ApiId=found["ApiId"], MaxResults="500")["Items"]
    assert sorted(route["RouteKey"] for route in routes) == sorted(
        key for key, _ in translated_routes(api["Properties"]["Body"])
    )


def test_a_preflight_reaches_the_function(stack: "Stack") -> None:
    reply = stack.call(
        "OPTIONS",
        "/v1/surveys/demo/responses",
        key=False,
        origin="https://shop.example",
        access_control_request_method="POST",
    )
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] in {"*", "https://shop.example"}


def test_a_second_start_reports_that_the_first_still_runs(stack: "Stack") -> None:
    assert f"already running here (process {stack.process.pid})" in refusal(stack.local_dir)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} is taken" in refusal(tmp_path, EARSHOT_PORT=str(port))
    assert not (tmp_path / "engine.log").exists()


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("Type: AWS::Events::EventBus", "Type: AWS::Events::Omnibus", "AWS::Events::Omnibus"),
        ("Ref ResponseQueue", "Ref ResponseKew", "ResponseKew"),
        ("Parameters:", "Parameters: {", "is not YAML"),
        (
            '  RestoredTable:\n    Type: String\n    Default: ""',
            '  RestoredTable:\n    Type: String\n    Default: "other"',
            "RestoredTable needs RestoredStreamArn",
        ),
        ("CodeUri: functions/sync_crm", "CodeUri: functions/sink_crm", "functions/sink_crm/app.py"),
    ],
)
def test_a_broken_template_is_refused_with_the_reason(tmp_path: Path, right: str, wrong: str, expected: str) -> None:
    template = tmp_path / "template.yaml"
    template.write_text((ROOT / "template.yaml").read_text().replace(right, wrong))
    assert expected in refusal(tmp_path / "local", EARSHOT_TEMPLATE=str(template))
    assert not (tmp_path / "local" / "tmp").exists()
    assert not (tmp_path / "local" / "engine.json").exists()


def test_a_missing_environment_is_named(tmp_path: Path) -> None:
    # Another folder's `make run`, before its first `make build`.
    shutil.copytree(ROOT / "cli", tmp_path / "cli")
    done = subprocess.run(
        [sys.executable, "-c", "from earshot_cli.local.__main__ import main; exit(main())"],
        cwd=tmp_path / "cli",
        env={**os.environ, "PYTHONPATH": str(tmp_path / "cli"), "EARSHOT_PORT": "0", "EARSHOT_CRM_URL": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_sigterm_leaves_no_process_and_no_temporary_file(tmp_path: Path, launch: "Launch") -> None:
    (tmp_path / "tmp").mkdir()
    mine = launch(tmp_path / "local", TMPDIR=str(tmp_path / "tmp"))
    engine = engine_pid(mine.local_dir)
    post_detractor(mine, "just before the end")
    assert mine.stop() == 0
    assert is_gone(engine, seconds=0)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert sorted(path.name for path in mine.local_dir.iterdir()) == ["earshot.json", "engine.log", "lock", "state"]


def test_the_second_run_finds_the_first_and_serves_the_new_crm(
    tmp_path: Path, launch: "Launch", crm: "Crm", other_crm: "Crm"
) -> None:
    first = launch(tmp_path, crm.url)
    post_detractor(first, "before the restart")
    crm.wait_for(with_comment("before the restart"))
    assert first.stop() == 0

    second = launch(tmp_path, other_crm.url)
    assert second.api_key == first.api_key
    assert responses(second) == 1
    post_detractor(second, "after the restart")
    other_crm.wait_for(with_comment("after the restart"))
    assert responses(second) == 2
    assert not any(with_comment("after the restart")(delivery) for delivery in crm.deliveries)


def test_accepted_responses_are_published_before_the_stack_stops(
    tmp_path: Path, launch: "Launch", other_crm: "Crm"
) -> None:
    mine = launch(tmp_path, other_crm.url)
    for number in range(30):
        post_detractor(mine, f"number {number}.")
    # Deleting a copy for each worker took a minute at the end; one that is being made is a folder for a moment.
    workers = until(lambda: own_layers(tmp_path), lambda found: bool(found) and not any(found.values()))
    assert len(workers) > 1
    assert mine.stop() == 0
    assert not (tmp_path / "tmp").exists()
    comments = json.dumps([delivery.body for delivery in other_crm.deliveries])
    assert [number for number in range(30) if f"number {number}." not in comments] == []


def own_layers(local: Path) -> dict[str, bool]:
    """Return for every worker whether its layer is a copy of its own."""
    return {str(layer): not layer.is_symlink() for layer in (local / "tmp").glob("ministack-lambda-*/layer_0")}


def test_a_killed_run_keeps_its_state_and_leaves_no_engine(tmp_path: Path, launch: "Launch") -> None:
    first = launch(tmp_path)
    post_detractor(first, "before the kill")
    engine = engine_pid(tmp_path)
    deadline = time.monotonic() + 10
    while responses(first) == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    first.process.send_signal(signal.SIGKILL)
    assert is_gone(engine)

    second = launch(tmp_path)
    assert responses(second) == 1
