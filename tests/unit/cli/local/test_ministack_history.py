"""What is written as history leaves no record in the stream; all else that is written at the same time does."""

import asyncio
from typing import Any

from earshot_cli.local.ministack_history import HISTORY_HEADER, with_history, without_records

OTHERS = [(b"host", b"127.0.0.1")]
HISTORY = [*OTHERS, (HISTORY_HEADER.encode(), b"1")]


async def nothing(_message: Any = None) -> None:
    """Stand in for what a request brings and gets: it is not looked at."""


def test_only_what_a_request_of_history_writes_has_no_record() -> None:
    records: list[str] = []
    emit = without_records(lambda name, **_: records.append(name))

    async def engine(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        await asyncio.sleep(0)
        # As the engine handles some calls: in a thread.
        await asyncio.to_thread(emit, scope["path"], replicate=True)

    async def all_at_once() -> None:
        noted = with_history(engine)
        requests = [("history", HISTORY), ("present", OTHERS), ("history", HISTORY), ("present", [])]
        await asyncio.gather(*(noted({"path": path, "headers": sent}, nothing, nothing) for path, sent in requests))

    asyncio.run(all_at_once())
    assert records == ["present", "present"]
