"""How many requests a page view makes, counted at the server by a real browser with its cache (docs/costs.md)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Browser

from benchmarks.price.price_list import read_price_list
from tests.aws_events import http_event, route_of
from tests.browser.server import run_server
from tests.browser.visiting import Visitor
from tests.unit.functions.conftest import load, make_world

# A view with a question in the page, and one whose question waits for a command that never comes.
SHOWN = '<earshot-survey survey="demo"></earshot-survey><script async src="/widget.js"></script>'
HIDDEN = '<script async src="/widget.js" data-survey="demo" data-manual></script>'
MOST = 1.5


@dataclass
class Served:
    """A host page and the real serve_widget on one address; `asked` has the requests for the latter."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path in ("/shown", "/hidden"):
            page = f'<!doctype html><html lang="en"><title>Host</title>{SHOWN if path == "/shown" else HIDDEN}'
            self._reply(200, {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}, page)
            return
        if path == "/favicon.ico":
            self._reply(404, {}, "")
            return
        self.served.asked.append(self.path)
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
        event = http_event(route_of("GET", path), path, query=query, headers=headers)
        reply = load("serve_widget").lambda_handler(event, None)
        self._reply(reply["statusCode"], reply["headers"], reply.get("body") or "")

    def _reply(self, status: int, headers: dict[str, str], text: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    make_world(monkeypatch)
    made = Served()
    with run_server(type("Handler", (_Handler,), {"served": made})) as made.url:
        yield made


def views(browser: Browser, served: Served, path: str) -> list[int]:
    """Return the requests of a visitor's first page view, and of the second, some minutes not later."""
    visitor, counted = Visitor(browser, served.url), []
    for _ in range(2):
        before = len(served.asked)
        tab = visitor.open(path, wait=path == "/shown")
        tab.wait_for_function("window.earshot && !Array.isArray(window.earshot.q)")
        tab.wait_for_timeout(700)
        tab.close()
        counted.append(len(served.asked) - before)
    visitor.context.close()
    assert visitor.errors == []
    return counted


@pytest.mark.parametrize("path", ["/shown", "/hidden"])
def test_two_views_make_at_most_three_requests(browser: Browser, served: Served, path: str) -> None:
    first, second = views(browser, served, path)

    assert first >= 1
    assert second == 0, served.asked
    assert (first + second) / 2 <= MOST, served.asked


def test_the_price_counts_no_fewer_requests_than_such_visits_make(browser: Browser, served: Served) -> None:
    """It takes a request for the config at each view, and the script at as many as the price list says."""
    first, second = views(browser, served, "/shown")

    assert 1 + read_price_list().assumptions["views_with_the_script"] >= (first + second) / 2
