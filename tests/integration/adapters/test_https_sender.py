"""The sender against servers that really reply, or do not: nothing private is reached, and everything ends."""

import gzip
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
import trustme

from earshot.adapters.https_sender import LONGEST_IDLE, MOST_IDLE, HttpsSender, Limits, Reply
from earshot.domain.delivery_outcome import Ambiguous, DestinationBroken, Down
from earshot.domain.destination_url import DestinationUrl, read_destination_url
from tests.integration.adapters.scripted_server import TICK, Line, Request, Script, ScriptedServer, replies, reply

PUBLIC, ANOTHER = "93.184.216.34", "93.184.216.35"
HOST = "hooks.example.org"
USUAL, QUICK = Limits(), Limits(connect=0.2, read=0.2)
Serve = Callable[..., ScriptedServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[ScriptedServer] = []

    def start(*scripts: Script, tls: ssl.SSLContext | None = None) -> ScriptedServer:
        started.append(ScriptedServer(list(scripts), tls))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


class Clock:
    """A clock that goes on at every look."""

    def __init__(self, step: float = 0.0) -> None:
        self.seconds, self.step = 1_000_000.0, step

    def __call__(self) -> float:
        self.seconds += self.step
        return self.seconds


def hurried() -> HttpsSender:
    """Return a sender for which an attempt is over after some looks at the clock."""
    return HttpsSender(clock=Clock(0.25))


def local(server: ScriptedServer) -> DestinationUrl:
    return read_destination_url(server.url, own_hosts=(), local_ports=())


def public(host: str = HOST) -> DestinationUrl:
    return read_destination_url(f"https://{host}/hook", own_hosts=())


def trusted(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


class Network:
    """Stands in for the internet: names lead to addresses, and addresses to servers on this machine."""

    def __init__(self, names: dict[str, list[str]], servers: dict[str, int]) -> None:
        self.names, self.servers = names, servers
        self.asked: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return self.names[host]

    def connect(self, place: tuple[str, int], seconds: float) -> socket.socket:
        self.dialled.append(place)
        if place[0] not in self.servers:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.servers[place[0]]), seconds)


def over_tls(network: Network, context: ssl.SSLContext | None, limits: Limits = USUAL) -> HttpsSender:
    return HttpsSender(resolve=network.resolve, connect=network.connect, trusted=context, limits=limits)


def post(sender: HttpsSender, url: DestinationUrl, body: bytes = b"{}") -> Reply | Down | Ambiguous | DestinationBroken:
    return sender.send("POST", url, headers={"Content-Type": "application/json"}, body=body)


# --- a request and its reply


def test_a_request_arrives_as_it_was_given_and_its_reply_comes_back(serve: Serve) -> None:
    requests: list[Request] = []
    server = serve(replies(requests, reply(201, b'{"id": 7}', X_Request_Id="abc")))
    result = HttpsSender().send("POST", local(server), headers={"webhook-id": "d-1"}, body="Grüße".encode())
    assert result == Reply(201, {"content-length": "9", "x-request-id": "abc"}, b'{"id": 7}', is_whole=True)
    (request,) = requests
    assert (request.line, request.body) == ("POST /hook HTTP/1.1", "Grüße".encode())
    assert request.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "earshot",
        "accept-encoding": "identity",
        "content-length": "7",
        "webhook-id": "d-1",
    }


@pytest.mark.parametrize(("method", "length"), [("GET", None), ("DELETE", None), ("POST", "0"), ("PATCH", "0")])
def test_a_request_without_a_body_has_the_length_that_its_method_wants(
    serve: Serve, method: str, length: str | None
) -> None:
    requests: list[Request] = []
    server = serve(replies(requests, reply(204)))
    result = HttpsSender().send(method, local(server), headers={})  # type: ignore[arg-type]
    assert isinstance(result, Reply)
    assert (result.status, result.body, result.is_whole) == (204, b"", True)
    assert (requests[0].line.split()[0], requests[0].headers.get("content-length")) == (method, length)


def test_of_a_header_that_comes_twice_the_first_counts(serve: Serve) -> None:
    server = serve(replies([], b"HTTP/1.1 429 No\r\nretry-after: 5\r\nRetry-After: 9\r\ncontent-length: 0\r\n\r\n"))
    result = post(HttpsSender(), local(server))
    assert isinstance(result, Reply)
    assert result.headers["retry-after"] == "5"


def test_a_header_cannot_be_injected(serve: Serve) -> None:
    server = serve(replies([], reply()))
    with pytest.raises(ValueError, match="header"):
        HttpsSender().send("POST", local(server), headers={"x": "a\r\nwebhook-id: b"}, body=b"")
    assert server.ended.wait(10), "the connection was left open"


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    requests: list[Request] = []
    elsewhere = serve(replies(requests, reply()))
    server = serve(replies([], reply(307, location=elsewhere.url)))
    result = post(HttpsSender(), local(server))
    assert isinstance(result, Reply)
    assert (result.status, requests) == (307, [])


def test_no_proxy_of_the_environment_is_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        for spelled in (name, name.lower()):
            monkeypatch.setitem(os.environ, spelled, "http://127.0.0.1:9")
    assert isinstance(post(HttpsSender(), local(serve(replies([], reply())))), Reply)


# --- a reply that is too long, too slow or broken


@pytest.mark.parametrize(("length", "is_whole"), [(65_536, True), (65_537, False), (10_000_000, False)])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_reply_of_more_than_64_kilobytes_is_not_read(
    serve: Serve, length: int, *, is_whole: bool, is_chunked: bool
) -> None:
    body = b"x" * length
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (length, body)
    server = serve(replies([], chunked if is_chunked else reply(200, body)))
    result = post(HttpsSender(), local(server))
    assert isinstance(result, Reply)
    assert (result.status, result.is_whole, len(result.body)) == (200, is_whole, length if is_whole else 0)
    assert is_whole or server.ended.wait(10), "the connection was left open"


def endless(line: Line) -> None:
    line.request()
    line.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.send(b"x" * 65_536)


def test_a_reply_without_an_end_is_left(serve: Serve) -> None:
    server = serve(endless)
    result = post(HttpsSender(), local(server))
    assert isinstance(result, Reply)
    assert (result.status, result.body, result.is_whole) == (200, b"", False)
    assert server.ended.wait(10), "the connection was left open"


def test_a_body_that_drips_ends_with_the_time_of_the_attempt_and_its_status_counts(serve: Serve) -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(b"HTTP/1.1 202 OK\r\ncontent-length: 200\r\n\r\n")
        line.drip(b"x", 200)

    server = serve(script)
    result = post(hurried(), local(server))
    assert result == Reply(202, {"content-length": "200"}, b"", is_whole=False)
    assert server.ended.wait(10), "the connection was left open"


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nx: ", b"x"),
    ],
)
def test_a_head_that_drips_ends_with_the_time_of_the_attempt(serve: Serve, beginning: bytes, piece: bytes) -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(beginning)
        line.drip(piece, 90)
        line.send(b"\r\n" + reply())

    result = post(hurried(), local(serve(script)))
    assert isinstance(result, Ambiguous)


def test_a_server_that_takes_a_request_and_never_replies_is_ambiguous(serve: Serve) -> None:
    def script(line: Line) -> None:
        line.request()
        line.wait()

    assert post(HttpsSender(limits=QUICK), local(serve(script))) == Ambiguous("it did not reply in time")


def test_a_server_that_reads_slowly_ends_with_the_time_of_the_attempt(serve: Serve) -> None:
    def script(line: Line) -> None:
        left = 30_000_000
        while left > 0 and not line.over.wait(TICK):
            left -= len(line.sock.recv(65_536))
        line.send(reply())

    assert post(HttpsSender(clock=Clock(1.0)), local(serve(script)), b"x" * 30_000_000) == Ambiguous(
        "it did not reply in time"
    )


def test_a_server_that_does_not_read_is_ambiguous(serve: Serve) -> None:
    result = post(HttpsSender(limits=QUICK), local(serve(Line.wait)), b"x" * 50_000_000)
    assert result == Ambiguous("it did not reply in time")


def close(line: Line) -> None:
    line.request()


def reset(line: Line) -> None:
    line.request()
    line.reset()


def sends(data: bytes) -> Script:
    def script(line: Line) -> None:
        line.request()
        line.send(data)

    return script


@pytest.mark.parametrize(
    "script",
    [
        close,
        reset,
        sends(b"HTTP/1.1 200"),
        sends(b"HTTP/1.1 200 OK"),
        sends(b"HTTP/1.1 200 OK\r\n"),
        sends(b"HTTP/1.1 200 OK\r\ncontent-le"),
        sends(b"HTTP/1.1 204 OK\r\nx: y\r\n"),
        sends(b"HTTP/1.1 100 Continue\r\n\r\n"),
        sends(b"nonsense\r\n\r\n"),
        sends(b"HTTP/1.1 99999 OK\r\n\r\n"),
        sends(b"\x15\x03\x03\x00\x02\x02\x28"),
        sends(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 101 + b"\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n"),
    ],
)
def test_a_connection_that_breaks_before_the_reply_is_ambiguous(serve: Serve, script: Script) -> None:
    result = post(HttpsSender(), local(serve(script)))
    assert isinstance(result, Ambiguous)
    assert result.reason.startswith("the connection broke before it had replied")
    assert result.status is None


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA\r\n12345",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsix\r\n12345",
    ],
)
def test_a_body_that_breaks_off_is_not_read_and_its_status_counts(serve: Serve, data: bytes) -> None:
    result = post(HttpsSender(), local(serve(sends(data))))
    assert isinstance(result, Reply)
    assert (result.status, result.body, result.is_whole) == (200, b"", False)


def test_a_reply_that_ends_with_its_half_of_the_connection_is_whole(serve: Serve) -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(b"HTTP/1.1 200 OK\r\n\r\n12345")
        line.sock.shutdown(socket.SHUT_WR)
        line.wait()

    result = post(HttpsSender(), local(serve(script)))
    assert result == Reply(200, {}, b"12345", is_whole=True)


def test_a_refusal_that_comes_before_all_was_sent_is_read(serve: Serve) -> None:
    def script(line: Line) -> None:
        line.sock.recv(1000)
        line.send(reply(413))

    result = post(HttpsSender(), local(serve(script)), b"x" * 20_000_000)
    assert isinstance(result, Reply)
    assert result.status == 413


def test_a_packed_body_is_not_unpacked(serve: Serve) -> None:
    packed = gzip.compress(b"x" * 10_000_000)
    assert len(packed) < 65_536
    server = serve(replies([], reply(200, packed, content_encoding="gzip")))
    result = post(HttpsSender(), local(server))
    assert isinstance(result, Reply)
    assert result.body == packed


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 secret\r\n\r\n", b"secret\r\n", b"HTTP/1.1 200 OK\r\n" + b"secret: y\r\n" * 101 + b"\r\n"]
)
def test_no_outcome_repeats_what_the_server_wrote(serve: Serve, data: bytes) -> None:
    result = post(HttpsSender(), local(serve(sends(data))))
    assert isinstance(result, Ambiguous)
    assert "secret" not in result.reason


# --- a connection that does not come about


def test_a_server_that_is_not_there_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    url = read_destination_url(f"http://localhost:{port}", own_hosts=(), local_ports=())
    assert post(HttpsSender(), url) == Down("it did not accept a connection (ConnectionRefusedError)")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "?"), "its host name does not exist"),
        (socket.gaierror(socket.EAI_AGAIN, "?"), "its host name could not be resolved"),
        (UnicodeError("label too long"), "its host name could not be resolved"),
    ],
)
def test_a_name_that_leads_nowhere_is_down(fault: Exception, reason: str) -> None:
    def resolve(_: str) -> Sequence[str]:
        raise fault

    assert post(HttpsSender(resolve=resolve), public()) == Down(reason)


def test_a_name_without_an_address_is_down() -> None:
    assert post(over_tls(Network({HOST: []}, {}), None), public()) == Down("its host name has no address")


def test_a_name_server_that_never_replies_is_down() -> None:
    over = threading.Event()

    def resolve(_: str) -> Sequence[str]:
        over.wait(60)
        return [PUBLIC]

    sender = HttpsSender(resolve=resolve, limits=Limits(connect=0.05))
    assert post(sender, public()) == Down("its host name was not resolved in time")
    over.set()


def test_the_operating_system_resolves_every_address_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("10.0.0.1", 0)), (2, 1, 6, "", ("10.0.0.1", 0)), (10, 1, 6, "", ("fe80::1%eth0", 0, 0, 2))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert post(HttpsSender(), public()) == DestinationBroken(
        "address", "its host name leads to an address in a private network"
    )


def test_a_handshake_that_never_ends_is_down_since_nothing_was_sent(serve: Serve) -> None:
    def dripping(line: Line) -> None:
        line.send(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
        line.drip(b"\x00", 100)

    for script in (Line.wait, dripping):
        network = Network({HOST: [PUBLIC]}, {PUBLIC: serve(script).port})
        result = post(over_tls(network, None, QUICK), public())
        assert result == Down("it did not accept a connection in time")


def resets_a_handshake(line: Line) -> None:
    line.sock.recv(10)
    line.reset()


def speaks_plain_http(line: Line) -> None:
    line.sock.recv(10)
    line.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (resets_a_handshake, r"it did not accept a connection \(ConnectionResetError\)"),
        # OpenSSL's name for it differs between its versions.
        (speaks_plain_http, "no secure connection came about: [A-Z_]{10,}"),
    ],
)
def test_a_handshake_that_breaks_is_down(serve: Serve, script: Script, reason: str) -> None:
    network = Network({HOST: [PUBLIC]}, {PUBLIC: serve(script).port})
    result = post(over_tls(network, None), public())
    assert isinstance(result, Down)
    assert re.fullmatch(reason, result.reason)


# --- a name that leads where no destination may be


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        [PUBLIC, "10.0.0.1"],
        ["::ffff:127.0.0.1", PUBLIC],
        ["64:ff9b::a9fe:a9fe"],
        ["fe80::1%eth0"],
        [PUBLIC, PUBLIC, "not an address"],
    ],
)
def test_a_name_with_one_private_address_is_never_connected_to(addresses: list[str]) -> None:
    network = Network({HOST: addresses}, {})
    result = post(over_tls(network, None), public())
    assert isinstance(result, DestinationBroken)
    assert (result.cause, network.dialled) == ("address", [])
    assert not any(address in result.reason for address in addresses), "an inner address was shown"


def test_an_address_in_place_of_a_name_is_checked_too() -> None:
    network = Network({}, {})
    for host in ("10.0.0.1", "::1"):
        result = post(over_tls(network, None), DestinationUrl("https", host, 443, "/"))
        assert isinstance(result, DestinationBroken)
    assert isinstance(post(over_tls(network, None), public(PUBLIC)), Down)
    assert (network.asked, network.dialled) == ([], [(PUBLIC, 443)])


def test_plain_http_leads_to_this_machine_whatever_its_host(serve: Serve) -> None:
    server = serve(replies([], reply()))
    network = Network({}, {"127.0.0.1": server.port})
    assert isinstance(post(over_tls(network, None), DestinationUrl("http", "192.168.1.1", 80, "/")), Reply)
    assert (network.asked, network.dialled) == ([], [("127.0.0.1", 80)])


def test_a_name_that_changes_its_address_is_checked_at_each_attempt(serve: Serve, authority: trustme.CA) -> None:
    server = serve(replies([], reply()), tls=certified(authority, HOST))
    network = Network({HOST: [PUBLIC]}, {PUBLIC: server.port, "127.0.0.1": server.port})
    sender = over_tls(network, trusted(authority))
    assert isinstance(post(sender, public()), Reply)
    network.names[HOST] = ["127.0.0.1"]
    assert isinstance(post(sender, public()), DestinationBroken)
    network.names[HOST] = [PUBLIC]
    assert isinstance(post(sender, public()), Reply)
    assert network.dialled == [(PUBLIC, 443)]
    assert network.asked == [HOST] * 3, "an attempt resolves its name once"


def test_the_next_address_is_tried_where_one_does_not_accept(serve: Serve, authority: trustme.CA) -> None:
    server = serve(replies([], reply()), tls=certified(authority, HOST))
    network = Network({HOST: ["2606:4700::1111", PUBLIC]}, {PUBLIC: server.port})
    assert isinstance(post(over_tls(network, trusted(authority)), public()), Reply)
    assert network.dialled == [("2606:4700::1111", 443), (PUBLIC, 443)]


# --- who is there


def test_the_certificate_is_checked_for_the_name_and_the_name_is_sent(serve: Serve, authority: trustme.CA) -> None:
    names: list[str | None] = []
    context = certified(authority, HOST)
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    requests: list[Request] = []
    server = serve(replies(requests, reply()), tls=context)
    network = Network({HOST: [PUBLIC]}, {PUBLIC: server.port})
    url = read_destination_url(f"https://{HOST}:8443/hook", own_hosts=())
    assert isinstance(post(over_tls(network, trusted(authority)), url), Reply)
    assert (names, requests[0].headers["host"], network.dialled) == ([HOST], f"{HOST}:8443", [(PUBLIC, 8443)])


@pytest.mark.parametrize("name", ["other.example.org", PUBLIC, "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused_before_anything_is_sent(
    serve: Serve, authority: trustme.CA, name: str
) -> None:
    requests: list[Request] = []
    server = serve(replies(requests, reply()), tls=certified(authority, name))
    network = Network({HOST: [PUBLIC, ANOTHER]}, {PUBLIC: server.port, ANOTHER: server.port})
    result = post(over_tls(network, trusted(authority)), public())
    assert isinstance(result, Down)
    assert result.reason.startswith("no secure connection came about: Hostname mismatch")
    assert (requests, len(network.dialled)) == ([], 1)


def test_a_certificate_of_an_unknown_authority_is_refused(serve: Serve, authority: trustme.CA) -> None:
    server = serve(replies([], reply()), tls=certified(authority, HOST))
    network = Network({HOST: [PUBLIC]}, {PUBLIC: server.port})
    result = post(over_tls(network, None), public())
    assert isinstance(result, Down)
    assert "certificate" in result.reason


def test_a_certificate_for_an_address_is_checked_for_it(serve: Serve, authority: trustme.CA) -> None:
    server = serve(replies([], reply()), tls=certified(authority, PUBLIC))
    network = Network({}, {PUBLIC: server.port})
    assert isinstance(post(over_tls(network, trusted(authority)), public(PUBLIC)), Reply)


# --- connections that are kept


def test_a_connection_is_used_again_until_it_was_idle_for_a_minute(serve: Serve) -> None:
    server, clock = serve(replies([], reply())), Clock()
    sender = HttpsSender(clock=clock)
    for _ in range(3):
        assert isinstance(post(sender, local(server)), Reply)
        clock.seconds += LONGEST_IDLE - 1
    assert server.connections == 1
    clock.seconds += 1
    assert isinstance(post(sender, local(server)), Reply)
    assert server.connections == 2
    assert server.ended.wait(10), "the old connection was left open"


def test_a_secure_connection_is_used_again(serve: Serve, authority: trustme.CA) -> None:
    server = serve(replies([], reply(200, b"{}")), tls=certified(authority, HOST))
    network = Network({HOST: [PUBLIC]}, {PUBLIC: server.port})
    sender = over_tls(network, trusted(authority))
    assert [isinstance(post(sender, public()), Reply) for _ in range(3)] == [True] * 3
    assert server.connections == 1


def test_a_connection_that_the_server_has_closed_is_replaced_without_a_doubt(serve: Serve) -> None:
    def once(line: Line) -> None:
        line.request()
        line.send(reply())

    server = serve(once, once)
    sender = HttpsSender()
    for number in (1, 2):
        assert isinstance(post(sender, local(server)), Reply)
        assert server.connections == number
        assert server.ended.wait(10)
        server.ended.clear()


@pytest.mark.parametrize("data", [reply(connection="close"), b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"])
def test_a_connection_that_the_server_will_close_is_not_kept(serve: Serve, data: bytes) -> None:
    server = serve(replies([], data))
    sender = HttpsSender()
    assert isinstance(post(sender, local(server)), Reply)
    assert server.ended.wait(10), "the connection was left open"
    assert isinstance(post(sender, local(server)), Reply)
    assert server.connections == 2


def test_what_a_server_sends_unasked_is_no_reply_to_the_next_request(serve: Serve) -> None:
    requests: list[Request] = []
    server = serve(replies(requests, reply(200) + reply(201)), replies(requests, reply(202)))
    sender = HttpsSender()
    first = post(sender, local(server))
    second = post(sender, local(server))
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert first.status == 200
    assert second.status in {200, 202}, "the second reply of the first request was taken for one to the second"


def test_connections_are_kept_to_a_limit(serve: Serve, authority: trustme.CA) -> None:
    names = [f"hook-{number}.example.org" for number in range(MOST_IDLE + 1)]
    server = serve(replies([], reply()), tls=certified(authority, *names))
    network = Network({name: [PUBLIC] for name in names}, {PUBLIC: server.port})
    sender = over_tls(network, trusted(authority))
    for name in names:
        assert isinstance(post(sender, public(name)), Reply)
    assert server.ended.wait(10), "the connection that was idle for longest was left open"
    assert isinstance(post(sender, public(names[1])), Reply)
    assert server.connections == len(names)
    assert isinstance(post(sender, public(names[0])), Reply)
    assert server.connections == len(names) + 1


def test_a_name_is_never_served_by_the_connection_of_another(serve: Serve, authority: trustme.CA) -> None:
    server = serve(replies([], reply()), tls=certified(authority, HOST))
    network = Network({HOST: [PUBLIC], "evil.example.org": [PUBLIC]}, {PUBLIC: server.port})
    sender = over_tls(network, trusted(authority))
    assert isinstance(post(sender, public()), Reply)
    assert isinstance(post(sender, public("evil.example.org")), Down)


def test_an_attempt_whose_time_ends_while_it_connects_sends_nothing(serve: Serve, authority: trustme.CA) -> None:
    requests: list[Request] = []
    server, clock = serve(replies(requests, reply()), tls=certified(authority, HOST)), Clock()

    def connect(place: tuple[str, int], seconds: float) -> socket.socket:
        clock.seconds += USUAL.total
        return socket.create_connection(("127.0.0.1", server.port), seconds)

    sender = HttpsSender(resolve=lambda _: [PUBLIC], connect=connect, clock=clock, trusted=trusted(authority))
    assert post(sender, public()) == Down("it did not accept a connection in time")
    assert server.ended.wait(10), "the connection was left open"
    assert requests == []


def test_head_and_body_are_sent_without_waiting_for_each_other(serve: Serve) -> None:
    used: list[socket.socket] = []

    def connect(place: tuple[str, int], seconds: float) -> socket.socket:
        used.append(socket.create_connection(place, seconds))
        return used[-1]

    sender = HttpsSender(connect=connect)
    assert isinstance(post(sender, local(serve(replies([], reply())))), Reply)
    assert used[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_time_of_an_attempt_is_over_even_before_it_connects(serve: Serve) -> None:
    server = serve(replies([], reply()))
    over = Limits(total=0)
    assert post(HttpsSender(limits=over), local(server)) == Down("it did not accept a connection in time")
    assert post(HttpsSender(limits=over), public()) == Down("no connection came about in time")
