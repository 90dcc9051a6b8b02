"""The CRM's webhook against an HTTP server that really replies."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from earshot.adapters.crm import HttpCrm

from earshot.adapters.https_sender import HttpsSender
from earshot.domain.errors import BusyError
from tests.factories import NOON


class Endpoint(BaseHTTPRequestHandler):
    status = 200
    seen: list[tuple[dict[str, str], Any]] = []  # noqa: RUF012 - shared on purpose, cleared by the fixture

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((dict(self.headers), json.loads(body)))
        self.send_response(self.status)
        self.send_header("location", "http://169.254.169.254/")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    Endpoint.seen.clear()
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/crm"
    server.shutdown()
    server.server_close()


def crm_at(url: str, *, loopback: bool = True) -> HttpCrm:
    return HttpCrm(url, sender=HttpsSender(), now=lambda: NOON, loopback=loopback)


def test_the_crm_gets_the_payload_under_its_key(endpoint: str) -> None:
    Endpoint.status = 201
    crm_at(endpoint).deliver("key-1", {"comment": "Grüße"})
    ((headers, body),) = Endpoint.seen
    assert headers["idempotency-key"] == headers["webhook-id"] == "key-1"
    assert headers["webhook-timestamp"] == str(NOON // 1000)
    assert body == {"comment": "Grüße"}


def test_the_crm_gets_the_correlation_id_in_a_header_too(endpoint: str) -> None:
    Endpoint.status = 200
    crm_at(endpoint).deliver("key-1", {"correlation_id": "JKJaXmPLvHcESHA="})
    ((headers, _),) = Endpoint.seen
    assert headers["x-correlation-id"] == "JKJaXmPLvHcESHA="


@pytest.mark.parametrize("broken", ["", "a\r\nset-cookie: b", "ü", "a b", "x" * 129])
def test_what_fits_no_header_is_sent_in_the_body_alone(endpoint: str, broken: str) -> None:
    Endpoint.status = 200
    crm_at(endpoint).deliver("key-1", {"correlation_id": broken})
    ((headers, body),) = Endpoint.seen
    assert "x-correlation-id" not in headers
    assert body["correlation_id"] == broken


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
def test_whatever_is_no_success_is_tried_again_and_no_redirect_is_followed(endpoint: str, status: int) -> None:
    Endpoint.status = status
    with pytest.raises(BusyError, match=str(status)):
        crm_at(endpoint).deliver("key-1", {})
    assert len(Endpoint.seen) == 1


def test_a_crm_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(BusyError, match="did not reply"):
        crm_at("http://127.0.0.1:9").deliver("key-1", {})


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://127.0.0.1.example.com/", "ftp://x", "crm", "http://10.0.0.1/"]
)
def test_only_https_leaves_the_account(url: str) -> None:
    for loopback in (True, False):
        with pytest.raises(ValueError, match="https"):
            crm_at(url, loopback=loopback)


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://crm.internal/", "https://crm.example.com:8080/"])
def test_a_crm_in_a_private_network_or_at_another_port_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"the CRM's address \(CrmUrl\) is refused: "):
        crm_at(url)


def test_plain_http_to_this_machine_is_for_make_run_alone() -> None:
    crm_at("http://127.0.0.1:9/", loopback=True)
    with pytest.raises(ValueError, match="https"):
        crm_at("http://127.0.0.1:9/", loopback=False)
