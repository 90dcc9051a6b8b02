"""Clients of the front door that keep their connection, one or several at a time."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from benchmarks.errors import BenchError

TIMEOUT = 30


class Caller:
    """One connection, used again and again."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)

    def post(self, path: str, body: dict[str, Any], expected: int, key: str | None = None) -> bytes:
        """Post JSON and return the reply's body; BenchError if the status is another."""
        return self._send("POST", path, body, expected, key)

    def put(self, path: str, body: dict[str, Any], key: str) -> bytes:
        """Create something with an API key."""
        return self._send("PUT", path, body, 201, key)

    def get(self, path: str, key: str) -> Any:
        """Get JSON with an API key."""
        self._connection.request("GET", path, headers={"authorization": f"Bearer {key}"})
        return json.loads(self._read(200))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _send(self, method: str, path: str, body: dict[str, Any], expected: int, key: str | None) -> bytes:
        headers = {"content-type": "application/json"} | ({} if key is None else {"authorization": f"Bearer {key}"})
        self._connection.request(method, path, json.dumps(body), headers)
        return self._read(expected)

    def _read(self, expected: int) -> bytes:
        reply = self._connection.getresponse()
        body = reply.read()
        if reply.status != expected:
            raise BenchError(f"replied {reply.status} instead of {expected}: {body[:300]!r}")
        return body


@contextmanager
def caller(url: str) -> Iterator[Caller]:
    """Yield a caller for a while."""
    one = Caller(url)
    try:
        yield one
    finally:
        one.close()


def rate(url: str, callers: int, each: int, call: Callable[[Caller, int], object]) -> float:
    """Run several callers at once, each so many times in a row; return the calls a second they made together."""

    def work(number: int) -> None:
        with caller(url) as one:
            for turn in range(each):
                call(one, number * each + turn)

    start = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(work, range(callers)))
    return callers * each / (time.perf_counter() - start)
