"""A server on this machine whose connections each follow a script, byte by byte if need be."""

import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TypeAlias

Script: TypeAlias = Callable[["Line"], None]
TICK = 0.005


@dataclass
class Request:
    """A request as it came."""

    line: str
    headers: Mapping[str, str]
    body: bytes


class Line:
    """One connection, as its script sees it."""

    def __init__(self, sock: socket.socket, over: Event) -> None:
        self.sock, self.over = sock, over

    def request(self) -> Request | None:
        """Read the next request; None if the other side has closed."""
        text = b""
        while not text.endswith(b"\r\n\r\n"):
            byte = self.sock.recv(1)
            if not byte:
                return None
            text += byte
        first, *lines = text.decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        assert len(headers) == len(lines), "a header came twice"
        body = b""
        while len(body) < int(headers.get("content-length", 0)):
            body += self.sock.recv(65_536)
        return Request(first, headers, body)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, times: int = 200) -> None:
        """Send the same again and again, slowly."""
        for _ in range(times):
            if self.over.wait(TICK):
                return
            self.sock.sendall(data)

    def reset(self) -> None:
        """Break the connection, so that the other side sees a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait(self) -> None:
        """Do nothing until the test is over."""
        self.over.wait(60)


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """Return a reply with its length."""
    named = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Fine\r\n{lines}\r\n".encode() + body


@dataclass
class ScriptedServer:
    """A server whose first connection follows the first script, and so on; the last script goes on for ever."""

    scripts: list[Script]
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    ended: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[Thread] = []
        Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            script = self.scripts[min(self.connections, len(self.scripts) - 1)]
            self.connections += 1
            thread = Thread(target=self._follow, args=(script, sock), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _follow(self, script: Script, sock: socket.socket) -> None:
        try:
            with self.tls.wrap_socket(sock, server_side=True) if self.tls else sock as connected:
                script(Line(connected, self.over))
        except OSError:
            pass
        finally:
            self.ended.set()

    def close(self) -> None:
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)


def replies(server_requests: list[Request], data: bytes) -> Script:
    """Return a script that sends the same reply to each request of its connection, and keeps the requests."""

    def script(line: Line) -> None:
        while (request := line.request()) is not None:
            server_requests.append(request)
            line.send(data)

    return script
