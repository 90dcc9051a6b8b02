"""The engine's main program, run by its own Python: MiniStack, fixed where a restart would lose data.

It differs from `ministack` in these ways: the parent passes the listening socket, so that no other program takes its
port in between. Stream positions are dropped with the records they point into (MiniStack keeps only the positions, and
a mapping that waits for record 1841 of an empty stream never fires again): each mapping begins at TRIM_HORIZON.
Preflights reach the functions, as on AWS without CORS; the HTTP API fails in AWS's words (ministack_http_api.py).
BACKLOG_PATH returns what is on its way. All that functions print over HTTP is logged. Requests without the secret of
the run are refused (ministack_guard.py). Mails are kept whole, in files that outlive it, dated by the stack's clock.
History leaves no records in streams (ministack_history.py). CloudWatch knows how long messages and records wait. Loops
through queues are stopped as on AWS (ministack_lineage.py), and what is too large is refused (ministack_limits.py), as
are resources that AWS would not make (ministack_resources.py). Streams are polled next to the queues
(ministack_pollers.py). Workers share files. It comes to rest, saves and stops once its parent process is gone.
"""

import asyncio
import base64
import functools
import gzip
import inspect
import json
import logging
import os
import queue
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import ministack.app
from botocore.exceptions import DataNotFoundError
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.core import lambda_runtime, responses
from ministack.services import apigateway, dynamodb, lambda_svc, ses_v2, sqs

BACKLOG_PATH = "/_earshot/backlog"
# What a worker writes to its log when an invocation has ended, and how long the engine waits for that line.
END_OF_LOG, LOG_SECONDS = "\x1eend of the invocation", 5
QUEUE_POLLERS, STREAM_POLLERS = ("_poll_sqs", "_poll_kinesis"), ("_poll_dynamodb_streams",)
# How long the engine waits for what is under way: if the parent is gone nothing else did, else the parent has.
ORPHAN_SECONDS, REST_SECONDS = 20, 10
SAVE_SECONDS = 15 * 60
METADATA_CHARACTERS = 10_000
QUIET_LOOKS, LOOK_SECONDS = 3, 0.1
# The session tokens that open the engine: the run's, and those the functions get if they are held to roles.
tokens: set[str] = set()

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def engine(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
    """Reply with the backlog here and leave everything else to MiniStack."""
    if scope["type"] == "http" and scope["path"] == BACKLOG_PATH:
        body = json.dumps({"pid": os.getpid(), **backlog()}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
    else:
        await ministack.app.app(scope, receive, send)


def backlog() -> dict[str, int]:
    """Count the stream records not yet published, the messages due now and the batches at work."""
    mappings = list(lambda_svc._iter_all_esms())
    return {
        "records": sum(_unread_records(*mapping) for mapping in mappings),
        "messages": sum(_due_messages(*mapping) for mapping in mappings),
        "batches": sum(lambda_svc._esm_inflight.values()),
    }


def _unread_records(account: str, region: str, mapping: dict[str, Any]) -> int:
    if ":dynamodb:" not in mapping["EventSourceArn"]:
        return 0
    table = mapping["EventSourceArn"].split("/")[1]
    end: int = dynamodb.stream_end_position(table, account_id=account, region=region)
    read: int = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"], 0)
    return end - read


def _due_messages(account: str, region: str, mapping: dict[str, Any]) -> int:
    arn = mapping["EventSourceArn"]
    if ":sqs:" not in arn:
        return 0
    url = sqs._queue_name_to_url.get_scoped(account, region, arn.rsplit(":", 1)[1])
    queue = sqs._queues.get_scoped(account, region, url) or {"messages": []}
    return sum(message["visible_at"] <= time.time() for message in list(queue["messages"]))


def _leave_preflights_to_the_functions() -> None:
    """Pass OPTIONS requests on: MiniStack replies to each by itself, with 403 where nothing is configured."""
    wrong, right = 'if method == "OPTIONS":', 'if method == "OPTIONS" and cors_cfg:'
    source = inspect.getsource(apigateway._handle_execute_in_scope)
    if source.count(wrong) != 1:
        raise SystemExit("This MiniStack is not the one ministack_main.py was written for.")
    exec(source.replace(wrong, right), vars(apigateway))  # noqa: S102 - its own source, one condition fixed


def _keep_mails(folder: Path) -> None:
    """MiniStack keeps the subject and both parts of a mail, but none of its headers."""
    handle_as_ses = ses_v2.handle_request

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        reply = await handle_as_ses(method, path, headers, body, query)
        if method == "POST" and path.rstrip("/").endswith("/outbound-emails") and reply[0] == 200:
            raw = json.loads(body).get("Content", {}).get("Raw", {}).get("Data", "")
            _keep(folder, json.loads(reply[2])["MessageId"], base64.b64decode(raw))
        return reply

    ses_v2.handle_request = handle


def _keep(folder: Path, message_id: str, mime: bytes) -> None:
    """Write a mail under a name that begins with when it was sent (Unix milliseconds)."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{_clock().now:014d}-{message_id.partition('@')[0]}.new"
    draft.write_bytes(mime)
    draft.rename(draft.with_suffix(".eml"))


def _clock() -> Any:
    """Return the stack's clock: the real time, and what `earshot clock` moved it on."""
    return import_module("clock").Clock(Path(os.environ["EARSHOT_CLOCK_FILE"]))


def _log_http_functions() -> None:
    """Log what functions print while they serve a request: MiniStack logs that only for the pollers."""
    execute, logger = lambda_svc._execute_function_with_config_scope, logging.getLogger("lambda")

    def execute_and_log(func: dict[str, Any], event: dict[str, Any]) -> Any:
        result = execute(func, event)
        if isinstance(result, dict) and result.get("log"):
            logger.info("Lambda %s output:\n%s", func.get("config", {}).get("FunctionName"), result["log"])
        return result

    lambda_svc._execute_function_with_config_scope = execute_and_log


def _read_logs_to_their_end() -> None:
    """Read a function's lines to their end: MiniStack waits 50 ms, and a busy machine's come with the next call."""
    reply = "        _real_stdout.flush()\n\nrun()\n"
    script: str = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(reply) != 1:
        raise SystemExit("This MiniStack is not the one ministack_main.py was written for.")
    end = f"        print({END_OF_LOG!r}, file=sys.stderr, flush=True)\n"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(reply, end + reply)
    lambda_runtime.Worker._drain_stderr_bounded = _log_of_one_invocation


def _take_concurrency_as_a_number() -> None:
    """Read a mapping's concurrency as a number: MiniStack leaves a template's parameter of type Number a text."""
    concurrency_of = lambda_svc._sqs_esm_concurrency

    def concurrency(mapping: dict[str, Any], *rest: Any) -> Any:
        if scaling := mapping.get("ScalingConfig"):
            mapping = {**mapping, "ScalingConfig": {name: int(value) for name, value in scaling.items()}}
        return concurrency_of(mapping, *rest)

    lambda_svc._sqs_esm_concurrency = concurrency


def _log_of_one_invocation(worker: Any) -> str:
    """Return what the worker logged until its invocation ended, or until the worker itself did."""
    lines: list[str] = []
    deadline = time.monotonic() + LOG_SECONDS
    while time.monotonic() < deadline:
        # Asked before the queue is read: a reader that has ended puts nothing more into it.
        reading = worker._stderr_thread.is_alive()
        try:
            line = worker._stderr_queue.get(timeout=0.05 if reading else 0)
        except queue.Empty:
            if not reading:
                break
            continue
        if line == END_OF_LOG:
            break
        lines.append(line)
    return "\n".join(lines)


def _read_only_how_services_speak() -> None:
    """Read only the metadata of a service's description: MiniStack reads all of it, which takes over a second."""

    @functools.cache
    def model(service: str) -> Any:
        name = responses._BOTOCORE_NAME.get(service, service)
        loader = botocore.session.get_session().get_component("data_loader")
        try:
            version = loader.determine_latest_version(name, "service-2")
        except DataNotFoundError:
            return None
        paths = (Path(folder, name, version, "service-2.json.gz") for folder in loader.search_paths)
        with gzip.open(next(path for path in paths if path.exists()), "rt", encoding="utf-8") as description:
            text = description.read(METADATA_CHARACTERS)
            # Nearly all begin with it.
            if begun := text.partition('"metadata":')[2]:
                return SimpleNamespace(metadata=json.JSONDecoder().raw_decode(begun.lstrip())[0])
            return SimpleNamespace(metadata=json.loads(text + description.read())["metadata"])

    responses._service_model = model


class Gate:
    """Pollers pass until it is closed; closed means that the pass under way has ended, too."""

    def __init__(self, pollers: tuple[str, ...]) -> None:
        self._passing = threading.Lock()
        self._closed = False
        for name in pollers:
            setattr(lambda_svc, name, self._guarded(getattr(lambda_svc, name)))

    def _guarded(self, poll: Callable[[], bool]) -> Callable[[], bool]:
        def guarded() -> bool:
            with self._passing:
                return not self._closed and poll()

        return guarded

    def close(self) -> None:
        """Make nothing pass any more; wait, but not for ever, for what passes now."""
        self._closed = True
        if self._passing.acquire(timeout=REST_SECONDS):
            self._passing.release()


def _make_strict(strictness: Any) -> None:
    """Install the switches that were named; the account's concurrency is MiniStack's own setting."""
    import_module("ministack_ses").refuse_as_ses(strictness.ses)
    if strictness.conflicts:
        import_module("ministack_conflicts").Conflicts(strictness.conflicts).install()


async def _quiet(seconds: float, *kinds: str) -> None:
    """Wait, at most so long, until nothing of these kinds is on its way, three looks in a row."""
    deadline, quiet = time.monotonic() + seconds, 0
    while quiet < QUIET_LOOKS and time.monotonic() < deadline:
        seen = backlog()
        quiet = 0 if any(seen[kind] for kind in kinds) else quiet + 1
        await asyncio.sleep(LOOK_SECONDS)


async def _rest(queues: Gate, streams: Gate, orphaned: bool) -> None:
    """Take no more messages, publish what those at work still record, then move nothing."""
    if orphaned:
        await _quiet(ORPHAN_SECONDS, "records", "messages", "batches")
    await asyncio.to_thread(queues.close)
    await _quiet(REST_SECONDS, "records", "batches")
    await asyncio.to_thread(streams.close)


async def _stop_requested(queues: Gate, streams: Gate) -> None:
    stop, parent = asyncio.Event(), os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set() and os.getppid() == parent:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=1)
    await _rest(queues, streams, orphaned=os.getppid() != parent)


def main() -> None:
    """Serve on the socket whose descriptor the parent put into EARSHOT_ENGINE_SOCKET."""
    tokens.add(os.environ["AWS_SESSION_TOKEN"])
    lambda_svc._restore_esm_positions = lambda _store, _positions: None
    _leave_preflights_to_the_functions()
    _log_http_functions()
    _read_logs_to_their_end()
    _take_concurrency_as_a_number()
    _read_only_how_services_speak()
    import_module("ministack_http_api").reply_as_on_aws()
    gates = Gate(QUEUE_POLLERS), Gate(STREAM_POLLERS)
    _keep_mails(Path(os.environ["EARSHOT_OUTBOX"]))
    import_module("ministack_lineage").count_lineage()
    import_module("ministack_limits").hold_limits()
    import_module("ministack_versions").publish_as_on_aws()
    strictness = import_module("strictness").Strictness.read(os.environ["EARSHOT_STRICT"])
    import_module("ministack_resources").check_resources(strictness.concurrency)
    _make_strict(strictness)
    import_module("ministack_metrics").publish_queue_metrics(_clock().moved_since)
    import_module("ministack_pollers").poll_streams_apart()
    import_module("ministack_folders").share_what_is_unpacked(Path(os.environ["TMPDIR"], "unpacked"))
    config = Config()
    config.bind = [f"fd://{os.environ['EARSHOT_ENGINE_SOCKET']}"]
    config.keep_alive_timeout = 75
    # The gateway takes 10 KB of request line and headers, and escapes three times as long what it passes on.
    config.h11_max_incomplete_size = 64 * 1024
    config.shutdown_timeout = SAVE_SECONDS
    history = import_module("ministack_history")
    dynamodb._emit_stream_event = history.without_records(dynamodb._emit_stream_event)
    guard = import_module("ministack_guard").Guard(history.with_history(engine), tokens)
    asyncio.run(serve(guard, config, shutdown_trigger=lambda: _stop_requested(*gates)))
    lambda_runtime.kill_workers([worker for pool in lambda_runtime._workers.values() for worker in pool])


if __name__ == "__main__":
    main()
