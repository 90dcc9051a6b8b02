"""The engine's main program, run by its own Python: MiniStack, mended where a restart would lose answers.

It differs from `ministack` in five ways. The listening socket is given by the parent, so that no port can be
taken in between. Stream positions are forgotten with the stream records they point into (MiniStack keeps only
the positions, and a mapping that waits for record 1841 of an empty stream never fires again), so each
mapping begins at TRIM_HORIZON. Preflights reach the functions, as on AWS where an API has no CORS
configuration. BACKLOG_PATH tells what is still on its way. And the engine stops, and saves its state, when
the process that started it is gone.
"""

import asyncio
import inspect
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import ministack.app
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.core import lambda_runtime
from ministack.services import apigateway, dynamodb, lambda_svc, sqs

BACKLOG_PATH = "/_earshot/backlog"

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def engine(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
    """Answer the backlog here and leave everything else to MiniStack."""
    if scope["type"] == "http" and scope["path"] == BACKLOG_PATH:
        body = json.dumps({"pid": os.getpid(), **backlog()}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
    else:
        await ministack.app.app(scope, receive, send)


def backlog() -> dict[str, int]:
    """Count the stream records not yet announced, the messages due now and the batches at work."""
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


def _forget_stream_positions() -> None:
    lambda_svc._restore_esm_positions = lambda _store, _positions: None


def _leave_preflights_to_the_functions() -> None:
    """MiniStack answers every OPTIONS request by itself, with 403 where nothing is configured."""
    wrong, right = 'if method == "OPTIONS":', 'if method == "OPTIONS" and cors_cfg:'
    source = inspect.getsource(apigateway._handle_execute_in_scope)
    if source.count(wrong) != 1:
        raise SystemExit("This MiniStack is not the one engine_entry.py was written for.")
    exec(source.replace(wrong, right), vars(apigateway))  # noqa: S102 - its own source, one condition mended


async def _told_to_stop() -> None:
    stop, parent = asyncio.Event(), os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(stop.wait(), timeout=1)
        except TimeoutError:
            continue


def main() -> None:
    """Serve on the socket whose descriptor the parent put into EARSHOT_ENGINE_SOCKET."""
    _forget_stream_positions()
    _leave_preflights_to_the_functions()
    config = Config()
    config.bind = [f"fd://{os.environ['EARSHOT_ENGINE_SOCKET']}"]
    config.keep_alive_timeout = 75
    asyncio.run(serve(engine, config, shutdown_trigger=_told_to_stop))
    lambda_runtime.kill_workers([worker for pool in lambda_runtime._workers.values() for worker in pool])


if __name__ == "__main__":
    main()
