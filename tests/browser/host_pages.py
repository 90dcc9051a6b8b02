"""Pages of a customer with the widget in them, under the strictest policy, and an Earshot that may misbehave."""

import html
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from earshot.api.widget_views import widget_view
from earshot.domain.brand import Brand
from earshot.domain.survey import Survey
from earshot.domain.widget import Link, Widget
from earshot.languages.catalogue import texts_for
from earshot.pages.forms import ResponseForm, read_response_form
from earshot.pages.page_facts import PageFacts
from earshot.pages.render import Notice, render_notice, render_response_page, render_thanks_page
from earshot.pages.script import script, style
from tests.browser.server import run_server
from tests.factories import make_survey

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'none'; connect-src 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
SURVEY = replace(
    make_survey(),
    brand=Brand("Northwind", "#0f766e"),
    widget=Widget(link=Link("Tell others", "https://example.com/review")),
)
FACTS = PageFacts(texts_for("en"), "How likely?", "/s/token", Brand("Northwind", "#0f766e"), chosen=9)
# What old pages do to everything in them. Served as files, since the policy allows no script inside a page.
HOSTILE = """
Object.prototype.evil = function () { return 1 };
Array.prototype.first = function () { return this[0] };
window.name = "earshot";
window.h = window.show = window.recall = 1;
"""
UNSET = "* { all: unset !important } earshot-survey { display: none !important; opacity: 0 }"
WAITING = "window.earshot = function () { (earshot.q = earshot.q || []).push(arguments) };"


class Earshot:
    """Serves host pages, the widget and its config; takes responses, as badly as a test wants."""

    def __init__(self) -> None:
        self.url = ""
        self.survey = SURVEY
        self.facts = FACTS
        self.responses: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, dict[str, str]]] = []
        self.detail = ""
        self.unknown: str | None = None
        self.closed: set[str] = set()
        self.stall = 0.0
        self.forms: list[ResponseForm] = []
        self.asked: list[str] = []
        self.is_known_quiet = False
        self.knows_no_survey = False
        self.noted: list[dict[str, Any]] = []
        self.config_faults = 0
        self.scripts = {"hostile": HOSTILE, "waiting": WAITING}
        self.others: dict[str, Survey] = {}
        self.pages: dict[str, str] = {}
        self.policy = POLICY

    def page(self, path: str, query: dict[str, list[str]]) -> str:
        """A host page: /inline has the element in it, any other path has the script ask there."""
        language = query.get("lang", ["en"])[0]
        if path == "/framed":
            inner, sandbox = html.escape(query["of"][0]), query.get("sandbox", [None])[0]
            held = "" if sandbox is None else f'sandbox="{sandbox}"'
            return f'<!doctype html><title>Outer</title><iframe {held} src="{inner}" width="700" height="600"></iframe>'
        direction = "rtl" if language in ("ar", "he") else "ltr"
        before = "".join(f'<script src="/script/{name}"></script>' for name in query.get("with", ()))
        style = '<link rel="stylesheet" href="/unset.css">' if "unset" in query else ""
        placement = path.strip("/")
        tall = "<p>Long.</p>" * (200 if "tall" in query else 0)
        element = '<earshot-survey survey="demo"></earshot-survey>' if placement == "inline" else ""
        settings = "" if placement == "inline" else f'data-survey="demo" data-placement="{placement}"'
        manual = "data-manual" if "manual" in query else ""
        return (
            f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>Host</title>'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">{style}{before}</head><body>'
            f'<main><h1>Host page</h1><button id="own">A button of the page</button>{element}{tall}</main>'
            f'<script async src="/widget.js" {settings} {manual}></script></body></html>'
        )

    def config(self, survey: str, query: dict[str, list[str]]) -> dict[str, Any]:
        """Return what the stack's own view shows of the survey."""
        asked = self.others.get(survey, self.survey)
        return {} if self.knows_no_survey else dict(widget_view(asked, query.get("lang", [None])[0]))


@contextmanager
def serving() -> Iterator[Earshot]:
    """Serve until the test is over."""
    earshot = Earshot()
    with run_server(lambda *args: _Handler(earshot, *args)) as earshot.url:
        yield earshot


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, earshot: Earshot, *args: Any) -> None:
        self.earshot = earshot
        super().__init__(*args)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.earshot.asked.append(self.path)
        found = self._file(parts.path) or self._page(parts.path, parse_qs(parts.query, keep_blank_values=True))
        self._send(*found)

    def _file(self, path: str) -> tuple[int, str, bytes] | tuple[int, str, bytes, dict[str, str]] | None:
        if path == "/widget.js":
            return 200, "text/javascript; charset=utf-8", script().plain
        if path.startswith("/script/"):
            script_of_page = self.earshot.scripts[path.removeprefix("/script/")].encode()
            return 200, "text/javascript", script_of_page, {"service-worker-allowed": "/"}
        if path == "/widget/style.css":
            return 200, "text/css; charset=utf-8", style().plain
        if path == "/unset.css":
            return 200, "text/css", UNSET.encode()
        return (204, "image/x-icon", b"") if path == "/favicon.ico" else None

    def _page(self, path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes, dict[str, str]]:
        if path.endswith("/widget") and self.earshot.unknown:
            document = json.dumps({"detail": self.earshot.unknown}).encode()
            return 404, "application/problem+json", document, {}
        if path.endswith("/widget"):
            self.earshot.config_faults -= 1
            document = json.dumps(self.earshot.config(path.split("/")[3], query)).encode()
            return 503 if self.earshot.config_faults >= 0 else 200, "application/json", document, {}
        if path == "/s/token":
            page = render_response_page(self.earshot.facts)
            return page.status, "text/html; charset=utf-8", page.html.encode(), dict(page.headers)
        policy = self.earshot.policy
        policy = policy.replace("style-src 'none'", "style-src 'self'") if "unset" in query else policy
        held = {} if path == "/framed" else {"content-security-policy": policy}
        return (
            200,
            "text/html; charset=utf-8",
            (self.earshot.pages.get(path) or self.earshot.page(path, query)).encode(),
            held,
        )

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/s/token":
            self._take_form(raw)
            return
        body = json.loads(raw)
        if self.path.endswith("/widget"):
            self.earshot.noted.append(body)
            self._send(200, "application/json", json.dumps({"ask": not self.earshot.is_known_quiet}).encode())
            return
        time.sleep(self.earshot.stall)
        if self.path.split("/")[-2] in self.earshot.closed:
            self._refuse(409, {})
            return
        if self.earshot.refusals:
            status, headers = self.earshot.refusals.pop(0)
            self._refuse(status, headers)
            return
        self.earshot.responses.append(body)
        self._send(202, "application/json", json.dumps({"id": body["id"]}).encode())

    def _refuse(self, status: int, headers: dict[str, str]) -> None:
        """Send a problem as the API writes it."""
        problem = {"type": "urn:earshot:problem:conflict", "detail": self.earshot.detail}
        self._send(status, "application/problem+json", json.dumps(problem).encode(), headers)

    def _take_form(self, raw: bytes) -> None:
        """Take the form of the respondent page; its refusal is a page of its own."""
        if self.earshot.refusals:
            status, headers = self.earshot.refusals.pop(0)
            page = render_notice(Notice.CLOSED, FACTS.texts, FACTS.brand)
        else:
            self.earshot.forms.append(read_response_form(raw, self.headers["content-type"]))
            page, status, headers = render_thanks_page(FACTS), 200, {}
        self._send(status, "text/html; charset=utf-8", page.html.encode(), {**page.headers, **headers})

    def _send(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        # Any page may post and read, as on a stack whose survey names no origins.
        open_to_all = {"access-control-allow-origin": "*"} if self.path.startswith(("/v1/", "/widget")) else {}
        headers_ = {"content-type": kind, "content-length": str(len(body)), **open_to_all, **(headers or {})}
        for name, value in headers_.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # the page has left
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass
