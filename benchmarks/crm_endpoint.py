"""A CRM: a real HTTP server on this machine that notes when it first heard of each response."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from benchmarks.errors import BenchError


class CrmEndpoint:
    """What the CRM heard."""

    def __init__(self) -> None:
        self._heard: dict[str, float] = {}
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self._server.server_port}/crm"

    def wait_for(self, response_id: str, timeout: float) -> float:
        """Wait for a response; give when it arrived, on the clock of time.perf_counter."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: response_id in self._heard, timeout):
                raise BenchError(f"the CRM heard nothing of {response_id} within {timeout:.0f} s")
            return self._heard[response_id]

    def hear(self, response_id: str, moment: float) -> None:
        """Note the first arrival of a response."""
        with self._arrived:
            self._heard.setdefault(response_id, moment)
            self._arrived.notify_all()

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
            """Takes every POST."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Note the response and reply."""
                moment = time.perf_counter()
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                endpoint.hear(body["response"], moment)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Log nothing."""

        return Handler
