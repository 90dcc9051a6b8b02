"""A strict stand-in for Slack's API: it takes what the documentation declares and nothing else, and plays its faults.

Sources: the arguments and errors of chat.postMessage, chat.delete and conversations.history (docs.slack.dev, 2026-08).
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN, CHANNEL, HOOK = "xoxb-good", "C1", "/services/T1/B1/secret"
MESSAGE = {"channel", "text", "blocks", "metadata", "unfurl_links", "unfurl_media"}
HOOKED = {"text", "blocks", "unfurl_links"}
BLOCKS = {"header": {"type", "text"}, "section": {"type", "text", "fields"}, "context": {"type", "elements"}}
HISTORY = {"channel", "oldest", "include_all_metadata", "limit", "cursor"}


class SlackStub:
    """What was posted; `faults` are played one a call: an error's name, a status, `lost`, `unapplied` or None."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.hooked: list[dict[str, Any]] = []
        self.faults: list[str | int | None] = []
        self.calls: list[str] = []
        # How many messages a page of the history has at most.
        self.page = 999
        # What a message is dated by (seconds).
        self.clock: Callable[[], float] = time.time
        # What the documentation has no place for: a test must find none.
        self.undeclared: list[str] = []
        self._one_by_one = threading.Lock()
        self._numbers = count()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator["SlackStub"]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def reply(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any] | None:
        """Return status and body; None where the reply is lost."""
        name = urlsplit(path).path
        self.calls.append(name)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            return fault, {"ok": False, "error": "ratelimited"}
        if fault == "unapplied":
            return None
        if fault is not None and fault != "lost":
            return 200, {"ok": False, "error": fault}
        try:
            done = self._done(name, path, headers, body)
        except AssertionError as exc:
            self.undeclared.append(f"{name}: {exc}")
            return 200, {"ok": False, "error": "invalid_arguments"}
        return None if fault == "lost" else done

    def _done(self, name: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        if name == HOOK:
            read = json.loads(body)
            assert set(read) <= HOOKED, set(read) - HOOKED
            self._check(read)
            self.hooked.append(read)
            return 200, "ok"
        if name.startswith("/services/"):
            return 404, "no_service"
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 200, {"ok": False, "error": "invalid_auth"}
        # Arguments may be JSON, a form, or in the URL.
        if headers.get("content-type", "").startswith("application/json") and body:
            given = json.loads(body)
        else:
            given = {name: values[0] for name, values in parse_qs(f"{urlsplit(path).query}&{body.decode()}").items()}
        return 200, {
            "/api/chat.postMessage": self._post,
            "/api/chat.delete": self._delete,
            "/api/conversations.history": self._history,
        }[name](given)

    def _post(self, read: Mapping[str, Any]) -> Any:
        assert set(read) <= MESSAGE, set(read) - MESSAGE
        self._check(read)
        if read["channel"] != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        ts = f"{int(self.clock())}.{next(self._numbers):06d}"
        self.messages.append({**read, "ts": ts})
        return {"ok": True, "channel": CHANNEL, "ts": ts, "message": {"text": read["text"]}}

    def _delete(self, read: Mapping[str, Any]) -> Any:
        assert set(read) == {"channel", "ts"}
        kept = [message for message in self.messages if message["ts"] != read["ts"]]
        if len(kept) == len(self.messages):
            return {"ok": False, "error": "message_not_found"}
        self.messages = kept
        return {"ok": True, "channel": read["channel"], "ts": read["ts"]}

    def _history(self, query: Mapping[str, Any]) -> Any:
        assert set(query) <= HISTORY, set(query) - HISTORY
        if query["channel"] != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        names = {"type", "text", "ts", "blocks"} | (
            {"metadata"} if query.get("include_all_metadata") in ("true", "1") else set()
        )
        oldest = float(query.get("oldest", 0))
        found = [{"type": "message", **one} for one in reversed(self.messages) if float(one["ts"]) > oldest]
        start = int(query.get("cursor") or 0)
        end = start + min(int(query.get("limit", 100)), self.page)
        shown = [{name: one[name] for name in names & set(one)} for one in found[start:end]]
        if end >= len(found):
            return {"ok": True, "messages": shown, "has_more": False}
        return {"ok": True, "messages": shown, "has_more": True, "response_metadata": {"next_cursor": str(end)}}

    def _check(self, read: Mapping[str, Any]) -> None:
        assert read["text"], "there must be a text for notifications"
        assert len(read["blocks"]) <= 50
        for block in read["blocks"]:
            assert set(block) <= BLOCKS[block["type"]], block
            texts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
            for text in filter(None, texts):
                assert set(text) <= {"type", "text", "emoji"}
                assert 0 < len(text["text"]) <= (150 if block["type"] == "header" else 3_000)
            assert len(block.get("fields", ())) <= 10
        if "metadata" in read:
            assert set(read["metadata"]) == {"event_type", "event_payload"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with stub._one_by_one:
                    done = stub.reply(self.path, headers, body)
                if done is None:
                    self.close_connection = True
                    return
                status, content = done
                raw = content.encode() if isinstance(content, str) else json.dumps(content).encode()
                self.send_response(status)
                if status == 429:
                    self.send_header("retry-after", "30")
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
