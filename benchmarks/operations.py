"""Audit and rebuild of a million responses: how much memory the commands take, and how long."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from benchmarks.seeded_table import SURVEY, SeededTable, api_reply, dumped, dynamodb_reply

TITLE = "Operations: audit and rebuild of a million responses"
HOW = (
    "The real `earshot audit` and `earshot rebuild`, each in a process of its own whose peak resident memory the "
    "kernel reports (`wait4`), against a stand-in that makes the responses of a year as they are asked for and "
    "speaks the API, DynamoDB and CloudFormation over HTTP on this machine. One count is off; the audit has to find "
    "it, the rebuild to correct it. It does not show AWS's latency, and half of the processor is the stand-in's. "
    "The engine is left out: each page of a Query goes through its whole partition there, so that its own time is "
    "what would be measured."
)
COLUMNS = ("command", "responses", "seconds", "responses a second", "peak memory")
VOLUMES = (100_000, 1_000_000)
MOST_GROWTH = 1.2
MEGABYTE = 1024
STACK = ("--stack", "seeded", "--region", "eu-central-1")
# What a command must print, and its exit code.
COMMANDS: dict[str, tuple[tuple[str, ...], str, int]] = {
    "audit": (("audit", SURVEY), "score 3: counted", 1),
    "rebuild": (("rebuild", SURVEY, *STACK), "1 numbers were set to a recount of", 0),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a command: its seconds, and its peak resident memory in MB."""

    seconds: float
    megabytes: float


def measure(lab: Lab) -> list[Section]:
    """Run both commands at each volume."""
    lab.steps.begin("operations", len(VOLUMES) * len(COMMANDS))
    rows: list[Row] = []
    peaks: dict[tuple[str, int], float] = {}
    for volume in VOLUMES:
        with serving(SeededTable(volume)) as url:
            for name, (words, wanted, exit_code) in COMMANDS.items():
                lab.steps.step(f"{name}, {volume:,} responses")
                run = _run(url, words, wanted, exit_code)
                peaks[name, volume] = run.megabytes
                speed = f"{volume / run.seconds:,.0f}"
                rows.append(Row((name, f"{volume:,}", f"{run.seconds:.1f}", speed, f"{run.megabytes:.0f} MB")))
    rows += [_growth(name, peaks) for name in COMMANDS]
    return [Section(TITLE, COLUMNS, rows, HOW)]


def _growth(name: str, peaks: dict[tuple[str, int], float]) -> Row:
    few, many = (peaks[name, volume] for volume in (min(VOLUMES), max(VOLUMES)))
    cells = (name, f"{max(VOLUMES):,} over {min(VOLUMES):,}", "", "", f"{many / few:.2f} ×")
    return Row(cells, f"≤ {MOST_GROWTH} ×", many <= MOST_GROWTH * few)


def _run(url: str, words: tuple[str, ...], wanted: str, exit_code: int) -> Measured:
    """Run a command to its end; BenchError unless it prints what it must."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "earshot_cli.main", *words],
        env=_environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != exit_code or wanted not in output:
        raise BenchError(f"{' '.join(words)} ended with {process.returncode}: {output[-500:]}")
    return Measured(time.perf_counter() - began, usage.ru_maxrss / MEGABYTE)


def _environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "EARSHOT_"))}
    account = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_ENDPOINT_URL": url}
    return kept | account | {"EARSHOT_URL": url, "EARSHOT_API_KEY": "bench", "NO_PROXY": "127.0.0.1"}


@contextmanager
def serving(table: SeededTable) -> Iterator[str]:
    """Serve a table for a while; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        """Speaks the API to a GET, and AWS's protocols to a POST."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Reply as the API."""
            self._reply(dumped(api_reply(table, self.path)))

        def do_POST(self) -> None:
            """Reply as DynamoDB, CloudFormation or SQS."""
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            service, _, operation = self.headers.get("x-amz-target", "").partition(".")
            if service.startswith("DynamoDB"):
                self._reply(dumped(dynamodb_reply(table, operation, json.loads(body))))
            elif service:
                self._reply(b'{"MessageId": "1", "MD5OfMessageBody": ""}')
            else:
                self._reply(_stack("DescribeStacks" in body).encode())

        def _reply(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _stack(described: bool) -> str:
    """Return CloudFormation's description of a stack with a table and a queue."""
    if described:
        stacks = "<Stacks><member><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>"
        return f"<DescribeStacksResponse><DescribeStacksResult>{stacks}</DescribeStacksResult></DescribeStacksResponse>"
    members = "".join(
        f"<member><LogicalResourceId>{name}</LogicalResourceId><PhysicalResourceId>{name}</PhysicalResourceId>"
        f"<ResourceType>-</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>"
        for name in ("Table", "ScoreQueue")
    )
    summaries = f"<StackResourceSummaries>{members}</StackResourceSummaries>"
    result = f"<ListStackResourcesResult>{summaries}</ListStackResourcesResult>"
    return f"<ListStackResourcesResponse>{result}</ListStackResourcesResponse>"
