"""Receivers of alerts: a real HTTP server on this machine that notes when each first heard of a response.

A receiver may be silent: it takes what comes and never replies.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.errors import BenchError

CRM = "/crm"
# How long a silent receiver keeps a connection open, which is longer than anybody waits (seconds).
SILENCE = 15.0


class CrmEndpoint:
    """What the CRM heard, and each other receiver, by its path."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], float] = {}
        self._replies: dict[str, Counter[str]] = {}
        self._silent: dict[str, tuple[Callable[[], int], list[int]]] = {}
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Return the address of the CRM."""
        return self.url_of(CRM)

    def url_of(self, path: str) -> str:
        """Return the address of a receiver."""
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def wait_for(self, response_id: str, timeout: float, paths: Sequence[str] = (CRM,)) -> float:
        """Wait until each receiver has a response; return when the last one got it, on time.perf_counter's clock."""
        wanted = [(path, response_id) for path in paths]
        with self._arrived:
            if not self._arrived.wait_for(lambda: all(each in self._heard for each in wanted), timeout):
                raise BenchError(f"not every receiver heard of {response_id} within {timeout:.0f} s")
            return max(self._heard[each] for each in wanted)

    def silence(self, path: str, clock: Callable[[], int]) -> None:
        """Make a receiver reply to nothing from now on; the clock says when it is called."""
        self._silent[path] = (clock, [])

    def resume(self, path: str) -> list[int]:
        """Make a silent receiver reply again; return when it was called meanwhile."""
        return self._silent.pop(path)[1]

    def replies(self, path: str) -> Counter[str]:
        """Return how often a receiver replied to what it was sent of each response."""
        with self._arrived:
            return self._replies.get(path, Counter()).copy()

    def hear(self, path: str, response_id: str, moment: float) -> None:
        """Note the arrival of a response at a receiver that replies."""
        with self._arrived:
            self._heard.setdefault((path, response_id), moment)
            self._replies.setdefault(path, Counter())[response_id] += 1
            self._arrived.notify_all()

    def is_silent(self, path: str) -> bool:
        """Return whether a receiver leaves this call without a reply, which is noted."""
        with self._arrived:
            if path not in self._silent:
                return False
            clock, called = self._silent[path]
            called.append(clock())
            return True

    @contextmanager
    def serving(self) -> Iterator["CrmEndpoint"]:
        """Listen for a while."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            """Takes every POST, and replies unless the receiver is silent."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Note the response and reply."""
                moment = time.perf_counter()
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if endpoint.is_silent(self.path):
                    time.sleep(SILENCE)
                    self.close_connection = True
                    return
                endpoint.hear(self.path, body["data"]["response"], moment)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Log nothing."""

        return Handler
