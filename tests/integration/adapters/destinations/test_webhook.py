"""Webhooks over a real connection: signed, under one id, and with the outcome that the reply means."""

import socket
import time
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from earshot.adapters.destinations.webhook import WebhookSender
from earshot.adapters.https_sender import HttpsSender, Limits
from earshot.adapters.webhook_signature import make_secret
from earshot.domain.deliveries import Delivery
from earshot.domain.delivery_outcome import Ambiguous, Delivered, DestinationBroken, Down, Rejected, Throttled
from earshot.domain.destination_url import DestinationUrl, read_destination_url
from earshot.domain.destinations import Destination
from earshot.ports.destinations import Credentials, Message, Target
from tests.factories import NOON
from tests.integration.adapters.scripted_server import Line, Script, ScriptedServer, replies, reply

NEW, OLD = make_secret(bytes(range(32))), make_secret(bytes(range(1, 33)))
ID = "3fd4cae2-5be5-5a3f-9c41-5a9a8df2b5f0"
MESSAGE = Message(ID, "response.detractor", "2026-11-21T12:00:00.000Z", {"comment": "zu spät 😠"}, "r-1")


class Receiver:
    """A server that takes webhooks, and what is sent to it."""

    def __init__(self) -> None:
        self.server = ScriptedServer([])
        self.url = self.server.url
        self.replies_with(reply(200))

    def replies_with(self, *data: bytes) -> None:
        self.server.scripts = [replies(self.server.requests, each) for each in data]

    def follows(self, script: Script) -> None:
        self.server.scripts = [script]

    def send(self, secrets: tuple[str, ...] = (NEW,), now: int = NOON, correlation: str = "r-1") -> object:
        target = Target(Destination("hook", "webhook", "Hook", {"url": self.url}), Credentials({}, secrets))
        sender = WebhookSender(HttpsSender(limits=Limits(connect=0.5, read=0.5)), read_local)
        delivery = Delivery(ID, "hook", "a", "r", "demo", "s", MESSAGE.type, alerted_at=NOON, correlation=correlation)
        return sender.send(delivery, sender.render(MESSAGE, target), target, now)


def read_local(url: str) -> DestinationUrl:
    return read_destination_url(url, own_hosts=(), local_ports=())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.close()


def test_a_receiver_verifies_what_came_with_the_library(receiver: Receiver) -> None:
    # The library reads the machine's clock, and takes no other.
    assert receiver.send(now=time.time_ns() // 1_000_000) == Delivered(None, 200)
    (request,) = receiver.server.requests
    body = Webhook(NEW).verify(request.body, dict(request.headers))
    assert body == {"type": MESSAGE.type, "timestamp": MESSAGE.timestamp, "data": {"comment": "zu spät 😠"}}
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(request.body, dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(request.body + b" ", dict(request.headers))


def test_while_its_secret_is_rotated_a_receiver_verifies_with_either(receiver: Receiver) -> None:
    receiver.send((NEW, OLD), now=time.time_ns() // 1_000_000)
    (request,) = receiver.server.requests
    for secret in (NEW, OLD):
        Webhook(secret).verify(request.body, dict(request.headers))


def test_every_attempt_comes_under_the_same_id_with_the_same_body(receiver: Receiver) -> None:
    receiver.replies_with(reply(500), reply(200))
    assert receiver.send() == Ambiguous("it replied 500, which does not settle whether it was taken", 500)
    assert receiver.send(now=NOON + 60_000) == Delivered(None, 200)
    first, second = receiver.server.requests
    for request in (first, second):
        assert request.line == "POST /hook HTTP/1.1"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == request.headers["idempotency-key"] == ID
        assert request.headers["x-correlation-id"] == "r-1"
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 60


def test_a_webhook_without_a_secret_is_not_signed(receiver: Receiver) -> None:
    assert receiver.send(()) == Delivered(None, 200)
    assert "webhook-signature" not in receiver.server.requests[0].headers


@pytest.mark.parametrize("correlation", ["", "two words", "a\r\nx-evil: 1", "ü", "x" * 129])
def test_a_correlation_id_that_fits_no_header_is_left_out(receiver: Receiver, correlation: str) -> None:
    assert receiver.send(correlation=correlation) == Delivered(None, 200)
    assert not {"x-correlation-id", "x-evil"} & receiver.server.requests[0].headers.keys()


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (reply(204), Delivered(None, 204)),
        (reply(410), DestinationBroken("gone", "it replied 410: the address was given up", 410)),
        (reply(401), DestinationBroken("auth", "it replied 401: the credential is refused", 401)),
        (reply(422), Rejected("it replied 422: it refuses the contents", 422)),
        (
            reply(302, location="http://169.254.169.254/"),
            Rejected("it replied 302: redirects are not followed; enter the address it leads to", 302),
        ),
        (reply(429, retry_after="120"), Throttled(NOON + 120_000, 429)),
        (reply(429), Throttled(NOON + 60_000, 429)),
        (reply(503, retry_after="Sat, 21 Nov 2026 12:05:00 GMT"), Throttled(NOON + 300_000, 503)),
    ],
)
def test_a_reply_means_what_its_status_says(receiver: Receiver, data: bytes, outcome: object) -> None:
    receiver.replies_with(data)
    assert receiver.send() == outcome
    assert len(receiver.server.requests) == 1


def test_a_reply_that_was_lost_may_have_been_preceded_by_a_write(receiver: Receiver) -> None:
    def script(line: Line) -> None:
        line.request()
        line.reset()

    receiver.follows(script)
    assert isinstance(receiver.send(), Ambiguous)


def test_a_receiver_that_is_not_there_has_surely_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    gone = Receiver()
    gone.url = f"http://127.0.0.1:{port}/hook"
    assert isinstance(gone.send(), Down)
    gone.server.close()


def test_an_address_that_no_destination_may_have_is_refused_at_each_attempt(receiver: Receiver) -> None:
    target = Target(Destination("hook", "webhook", "Hook", {"url": receiver.server.url}), Credentials({}, (NEW,)))
    sender = WebhookSender(HttpsSender(), lambda url: read_destination_url(url, own_hosts=(), local_ports=None))
    delivery = Delivery(ID, "hook", "a", "r", "demo", "s", MESSAGE.type, alerted_at=NOON)
    outcome = sender.send(delivery, "{}", target, NOON)
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("the address is refused: ")
    assert receiver.server.requests == []


def test_a_webhook_can_neither_be_asked_nor_take_anything_back(receiver: Receiver) -> None:
    sender = WebhookSender(HttpsSender(), read_local)
    target = Target(Destination("hook", "webhook", "Hook", {"url": receiver.server.url}))
    delivery = Delivery(ID, "hook", "a", "r", "demo", "s", MESSAGE.type, alerted_at=NOON)
    assert sender.probe(delivery, target, NOON) is None
    assert isinstance(sender.erase(delivery, target, NOON), Rejected)
    assert receiver.server.requests == []
