"""Writes history without records in the table's stream, so that nothing is published of it.

Loaded by ministack_main.py in the engine's own Python. On AWS all that is written has a record. Here `make run` writes
a year that is over: events, mails and counts of it would come all at once, and late.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

HISTORY_HEADER = "x-earshot-history"

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_is_history: ContextVar[bool] = ContextVar("is_history", default=False)


def without_records(emit: Callable[..., None]) -> Callable[..., None]:
    """Return what emits the record of a change, unless the request under way writes history."""

    def emitted(*change: Any, **more: Any) -> None:
        if not _is_history.get():
            emit(*change, **more)

    return emitted


def with_history(engine: App) -> App:
    """Return the engine as it notes which requests write history."""

    async def noted(scope: Message, receive: Receive, send: Send) -> None:
        _is_history.set(any(name == HISTORY_HEADER.encode() for name, _ in scope.get("headers", ())))
        await engine(scope, receive, send)

    return noted
