"""The local stack, started the way `make run` starts it, with a CRM and stand-ins for vendors that listen to it."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.local.aws import client
from earshot_cli.local.endpoint import Endpoint
from tests.aws_models import share_aws_models
from tests.browser.conftest import browser, chromium, pictures  # noqa: F401 - fixtures for what is seen on the stack
from tests.conftest import LAST
from tests.described import sent_faults
from tests.e2e.bus_listener import Listener
from tests.e2e.log_privacy import SentTexts
from tests.fakes.hubspot_stub import HubSpotStub
from tests.fakes.slack_stub import SlackStub

share_aws_models()

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
STOP_SECONDS = 60
SENT_TEXTS = SentTexts()
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


# The longest come first, so that the sessions of `make test`, which share the files, end at about the same time.
LONGEST = (
    "test_permissions.py",
    "test_guarded_stack.py",
    "test_drills.py",
    "test_described_api.py",
    "test_clock.py",
    "test_local_stack.py",
    "test_crash_points.py",
    "test_readme.py",
    "test_restore.py",
    "test_clicked_scores.py",
    "test_campaigns.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
    places = {name: place for place, name in enumerate(LONGEST)} | {LAST: len(LONGEST) + 1}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@dataclass(frozen=True)
class Delivery:
    """One request the CRM got."""

    path: str
    headers: dict[str, str]
    body: Any
    raw: bytes

    @property
    def data(self) -> Any:
        """What the webhook is about."""
        return self.body["data"]


@dataclass
class Crm:
    """A real HTTP server that remembers what it was sent, refuses while `refuse` is a status, and may `stall`."""

    url: str
    refuse: int | None = None
    stall: float = 0
    deliveries: list[Delivery] = field(default_factory=list)
    refused: list[Delivery] = field(default_factory=list)

    def wait_for(self, wanted: Callable[[Delivery], bool], seconds: float = 60) -> Delivery:
        """The first delivery that is wanted; a failed test if none comes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for delivery in list(self.deliveries):
                if wanted(delivery):
                    return delivery
            time.sleep(0.02)
        pytest.fail(f"nothing of the kind within {seconds} s; the CRM got {self.deliveries}")


@dataclass(frozen=True)
class Reply:
    """A reply of the API."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None


@dataclass
class Stack:
    """A local stack that runs."""

    process: "subprocess.Popen[str]"
    local_dir: Path
    url: str
    api_key: str
    engine_endpoint: Endpoint
    output: list[str]

    def client(self, service: str) -> Any:
        """A boto3 client of the engine."""
        return client(service, self.engine_endpoint)

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        key: bool | str = True,
        raw: bytes | None = None,
        **headers: str,
    ) -> Reply:
        """Call the API as a user would; `key` may be another key, or False for none; `raw` is a body as it is.

        Every reply must be described.
        """
        reply = call(self.url, method, path, raw if json is None else _json(json), self._headers(key, headers))
        media = reply.headers.get("content-type", "")
        faults = list(sent_faults(method, path, reply.status, media, reply.raw))
        assert not faults, "\n".join(faults)
        return reply

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; return the exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def _headers(self, key: bool | str, headers: dict[str, str]) -> dict[str, str]:
        secret = self.api_key if key is True else key
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return {
            "content-type": "application/json",
            **({"authorization": f"Bearer {secret}"} if secret else {}),
            **given,
        }


Launch = Callable[..., Stack]


@pytest.fixture(scope="session")
def crm() -> Iterator[Crm]:
    """The CRM of the session's stack."""
    with listening_crm() as it:
        yield it


@pytest.fixture
def other_crm() -> Iterator[Crm]:
    """A CRM for one test."""
    with listening_crm() as it:
        yield it


@pytest.fixture(scope="session")
def slack() -> Iterator[SlackStub]:
    """What stands in for Slack at the session's stack."""
    with SlackStub().serving() as it:
        yield it
    assert it.undeclared == []


@pytest.fixture(scope="session")
def hubspot() -> Iterator[HubSpotStub]:
    """What stands in for HubSpot at the session's stack."""
    with HubSpotStub().serving() as it:
        yield it
    assert it.undeclared == []


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, crm: Crm, slack: SlackStub, hubspot: HubSpotStub
) -> Iterator[Stack]:
    """The stack all tests share; a test makes its own survey in it."""
    stand_ins = {"EARSHOT_SLACK_API": f"{slack.url}/api", "EARSHOT_HUBSPOT_API": hubspot.url}
    running = start_stack(tmp_path_factory.mktemp("local"), crm.url, **stand_ins)
    yield running
    _end(running.process)


@pytest.fixture(scope="session")
def published(stack: Stack) -> Iterator[Listener]:
    """Every event on the bus of the shared stack since it was first asked for."""
    listener = Listener(stack.client("events"), stack.client("sqs"), "earshot")
    yield listener
    listener.last_words()


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Start stacks of one's own; they are gone after the test."""
    started: list[Stack] = []

    def start(*args: Any, **kwargs: Any) -> Stack:
        started.append(start_stack(*args, **kwargs))
        return started[-1]

    yield start
    for running in started:
        _end(running.process)


def start_stack(local_dir: Path, crm_url: str = "", **env: str) -> Stack:
    """Start the local stack on any free port and wait until it says where it listens."""
    process = local_stack(local_dir, crm_url, **env)
    output: list[str] = []
    listening = threading.Event()
    threading.Thread(target=_listen_to, args=(process, output, listening), daemon=True).start()
    if not listening.wait(START_SECONDS) or process.poll() is not None:
        _end(process)
        pytest.fail("the local stack did not start:\n" + "".join(output) + _tail(local_dir / "engine.log"))
    body = json.loads((local_dir / "earshot.json").read_text())
    engine = Endpoint(body["engine_endpoint"], body["engine_token"])
    return Stack(process, local_dir, body["url"], body["api_key"], engine, output)


def local_stack(local_dir: Path, crm_url: str = "", **env: str) -> "subprocess.Popen[str]":
    """The process that `make run` starts, its output in one pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "earshot_cli.local"],
        env={
            **os.environ,
            "EARSHOT_LOCAL_DIR": str(local_dir),
            "EARSHOT_PORT": "0",
            "EARSHOT_CRM_URL": crm_url,
            "EARSHOT_DEMO": "off",
            **env,
        },
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def call(url: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
    SENT_TEXTS.note(body)
    SENT_TEXTS.note_path(path)
    request = urllib.request.Request(url + path, data=body, method=method, headers=headers)
    try:
        with DIRECT.open(request, timeout=60) as reply:
            return Reply(reply.status, _lower(reply.headers), reply.read())
    except urllib.error.HTTPError as error:
        return Reply(error.code, _lower(error.headers), error.read())


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _listen_to(process: "subprocess.Popen[str]", output: list[str], listening: threading.Event) -> None:
    for line in process.stdout or ():
        output.append(line)
        if "Ctrl-C stops it" in line:
            listening.set()
    listening.set()


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    return "".join(log.read_text(errors="replace").splitlines(keepends=True)[-40:]) if log.exists() else ""


@contextmanager
def listening_crm() -> Iterator[Crm]:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.crm
    server.shutdown()
    server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.crm = Crm(f"http://127.0.0.1:{self.server_port}/detractors")


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        crm: Crm = self.server.crm
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        delivery = Delivery(self.path, _lower(self.headers), json.loads(body), body)
        # Read once: a test that becomes kind between the two uses would get 200 for its refusal.
        refuse = crm.refuse
        (crm.refused if refuse else crm.deliveries).append(delivery)
        time.sleep(crm.stall)
        self.send_response(refuse or 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass
