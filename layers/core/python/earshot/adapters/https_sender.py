"""One request to a customer's server: its address is checked and pinned, its time and its reply are bounded.

http.client and ssl are used directly. A pool of urllib3 reports a handshake that took too long as a read that did, so
that what was surely not written would look as if it may have been; and its timeouts start again with every byte.
No proxy of the environment is used, no redirect is followed, and nothing is repeated here.
"""

import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Literal, TypeAlias, cast

from urllib3.util.wait import wait_for_read

from earshot.domain.delivery_outcome import Ambiguous, DestinationBroken, Down
from earshot.domain.destination_url import DestinationUrl
from earshot.domain.public_address import why_not_public

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Failure: TypeAlias = Down | Ambiguous | DestinationBroken
Resolve: TypeAlias = Callable[[str], Sequence[str]]
Connect: TypeAlias = Callable[[tuple[str, int], float], socket.socket]
Clock: TypeAlias = Callable[[], float]
_Key: TypeAlias = tuple[str, str, str, int]

# A NAT gateway drops quiet connections without a word, and one that was dropped looks like a lost reply.
LONGEST_IDLE = 60.0
# A function may have 1,024 files open.
MOST_IDLE = 32
_LOCAL_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one attempt: seconds to connect, for each read or write, and for all of it; bytes of the reply."""

    connect: float = 2.0
    read: float = 6.0
    total: float = 8.0
    reply: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server replied; header names are in lower case.

    The body is for the code of a kind alone, never for people or logs. Where it is too long, or broke off, or took too
    long, it is empty and `is_whole` is False.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool


class _DownError(Exception):
    """No connection came about, so nothing was sent."""


class _NotPublicError(Exception):
    """The host name leads to an address that no destination may have."""


def resolved(host: str) -> list[str]:
    """Return all addresses of a host name, in the order in which the operating system wants them tried."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))


class HttpsSender:
    """Sends requests to destinations, and keeps connections that are used often.

    The clock counts seconds and goes on while Lambda freezes the process.
    """

    def __init__(
        self,
        *,
        limits: Limits = Limits(),
        resolve: Resolve = resolved,
        connect: Connect = socket.create_connection,
        clock: Clock = time.time,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._resolve = resolve
        self._connect = connect
        self._clock = clock
        self._trusted = trusted
        self._idle: dict[_Key, tuple[socket.socket, float]] = {}

    def send(
        self, method: Method, url: DestinationUrl, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> Reply | Failure:
        """Send one request and return the reply, or why there is none and whether the request may have arrived."""
        time_left = _TimeLeft(self._clock, self._clock() + self._limits.total)
        try:
            address, sock = self._connected(url, time_left)
        except _NotPublicError as exc:
            return DestinationBroken("address", f"its host name leads to an address {exc}")
        except _DownError as exc:
            return Down(str(exc))
        except TimeoutError:
            return Down("no connection came about in time")
        is_kept = False
        try:
            reply, is_kept = self._exchange(
                _TimedSocket(sock, time_left, self._limits.read), method, url, headers, body
            )
        except TimeoutError:
            return Ambiguous("it did not reply in time")
        except (HTTPException, OSError) as exc:
            return Ambiguous(f"the connection broke before it had replied ({type(exc).__name__})")
        finally:
            if is_kept:
                self._keep((url.scheme, address, url.host, url.port), sock)
            else:
                sock.close()
        return reply

    def _exchange(
        self, sock: "_TimedSocket", method: Method, url: DestinationUrl, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[Reply, bool]:
        """Return the reply, and whether the connection can be used again."""
        connection = HTTPConnection(url.host, url.port)
        connection.sock = cast("socket.socket", sock)
        own = {"host": url.authority, "user-agent": "earshot", "accept-encoding": "identity"}
        sent = {name.lower(): value for name, value in headers.items()} | own
        # A server may refuse a request before it has read all of it; its reply can still be there.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, url.target, body, sent)
        response = connection.getresponse()
        # http.client takes a head that breaks off for one that is complete.
        if sock.has_ended:
            raise IncompleteRead(b"")
        received = {name.lower(): value for name, value in reversed(response.getheaders())}
        content = self._content(response)
        is_kept = content is not None and not response.will_close
        return Reply(response.status, received, content or b"", content is not None), is_kept

    def _content(self, response: HTTPResponse) -> bytes | None:
        """Return the body of a reply, None if it is too long, breaks off or takes too long: the status is known."""
        try:
            content = response.read(self._limits.reply + 1)
        except (HTTPException, OSError):
            return None
        is_whole = len(content) <= self._limits.reply and not response.length
        return content if is_whole else None

    def _connected(self, url: DestinationUrl, time_left: "_TimeLeft") -> tuple[str, socket.socket]:
        """Return a connection to a checked address: one that is open, else the first that comes about."""
        self._close_stale()
        addresses = [_LOCAL_ADDRESS] if url.is_local else self._checked(url.host, time_left)
        for address in addresses:
            kept = self._idle.pop((url.scheme, address, url.host, url.port), None)
            if kept is not None:
                return address, kept[0]
        why = "its host name has no address"
        for address in addresses:
            try:
                return address, self._opened(address, url, time_left)
            except TimeoutError:
                why = "it did not accept a connection in time"
            except ssl.SSLError as exc:
                # Not the address, but what is there, is wrong.
                raise _DownError(f"no secure connection came about: {_tls_fault(exc)}") from exc
            except OSError as exc:
                why = f"it did not accept a connection ({type(exc).__name__})"
        raise _DownError(why)

    def _opened(self, address: str, url: DestinationUrl, time_left: "_TimeLeft") -> socket.socket:
        sock = self._connect((address, url.port), time_left(self._limits.connect))
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if url.is_local:
                return sock
            # The handshake as a whole takes no longer than this.
            sock.settimeout(time_left(self._limits.connect))
            return self._tls().wrap_socket(sock, server_hostname=url.host)
        except BaseException:
            sock.close()
            raise

    def _tls(self) -> ssl.SSLContext:
        if self._trusted is None:
            self._trusted = ssl.create_default_context()
        return self._trusted

    def _checked(self, host: str, time_left: "_TimeLeft") -> Sequence[str]:
        """Return all addresses of a host; _NotPublicError if one of them is not public."""
        addresses = [host] if _is_address(host) else self._resolved(host, time_left(self._limits.connect))
        for address in addresses:
            if why := why_not_public(address):
                raise _NotPublicError(why)
        return addresses

    def _resolved(self, host: str, seconds: float) -> Sequence[str]:
        """Resolve a name in a thread of its own: nothing else bounds how long a stranger's name server takes."""
        found: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()
        Thread(target=_put_resolved, args=(self._resolve, host, found), daemon=True).start()
        try:
            addresses = found.get(timeout=seconds)
        except Empty:
            raise _DownError("its host name was not resolved in time") from None
        if isinstance(addresses, Exception):
            raise _DownError(_resolver_fault(addresses)) from addresses
        return addresses

    def _keep(self, key: _Key, sock: socket.socket) -> None:
        self._idle[key] = (sock, self._clock())
        while len(self._idle) > MOST_IDLE:
            longest = next(iter(self._idle))
            self._idle.pop(longest)[0].close()

    def _close_stale(self) -> None:
        """Close the connections that were idle for too long, and those that the other side has closed."""
        oldest = self._clock() - LONGEST_IDLE
        for key, (sock, since) in list(self._idle.items()):
            # Nothing was asked, so whatever can be read is the end of the connection.
            if since <= oldest or wait_for_read(sock, timeout=0):
                self._idle.pop(key, None)
                sock.close()


class _TimeLeft:
    """What is left of an attempt's time."""

    def __init__(self, clock: Clock, end: float) -> None:
        self._clock, self._end = clock, end

    def __call__(self, most: float) -> float:
        """Return the seconds that a step may take; TimeoutError if there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError
        return min(most, left)


class _TimedSocket:
    """What http.client needs of a socket, with each read and write bounded by what is left of the attempt's time."""

    def __init__(self, sock: socket.socket, time_left: _TimeLeft, most: float) -> None:
        self._sock, self._time_left, self._most = sock, time_left, most
        self.has_ended = False

    def sendall(self, data: Any) -> None:
        """Send all bytes."""
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(self._time_left(self._most))
            rest = rest[self._sock.send(rest) :]

    def recv_into(self, buffer: Any) -> int:
        """Read some bytes, 0 if there will be no more."""
        self._sock.settimeout(self._time_left(self._most))
        count = self._sock.recv_into(buffer)
        self.has_ended = count == 0
        return count

    def makefile(self, _: str) -> io.BufferedReader:
        """Return the socket as a file to read from."""
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Leave the connection open: the sender closes it or keeps it."""


class _Incoming(io.RawIOBase):
    """The bytes that a socket receives."""

    def __init__(self, sock: _TimedSocket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        """Return that there can be bytes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        return self._sock.recv_into(buffer)


def _put_resolved(resolve: Resolve, host: str, found: "SimpleQueue[Sequence[str] | Exception]") -> None:
    try:
        found.put(resolve(host))
    except (OSError, ValueError) as exc:
        found.put(exc)


def _is_address(host: str) -> bool:
    """Return whether a checked host is an address: no name ends in a number or holds a colon."""
    return ":" in host or host.rpartition(".")[2].isdigit()


def _resolver_fault(error: Exception) -> str:
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
        return "its host name does not exist"
    return "its host name could not be resolved"


def _tls_fault(error: ssl.SSLError) -> str:
    """Return what was wrong with a certificate or a handshake, in OpenSSL's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return error.reason or type(error).__name__
