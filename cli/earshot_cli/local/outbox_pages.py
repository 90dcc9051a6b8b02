"""`/outbox`: the mails that were sent, for developers; a deployed stack has no such page."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from html import escape
from typing import Any

from aiohttp import web

from earshot_cli.local.outbox import Outbox, SentMail

LIST, LIST_FOR_PROGRAMS = "/outbox", "/outbox.json"
# A reader of a mail can respond in its person's name, so no name that another site could point here is heard.
OURS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?", re.ASCII)

VIEWS = {"desktop": "Desktop", "phone": "Phone", "text": "Plain text"}
SCHEMES = {"light": "Light", "dark": "Dark"}
QUERY_OF_SCHEME = re.compile(r"\(prefers-color-scheme:\s*(light|dark)\)")
SCHEMES_OF_MAIL = re.compile(r'(color-schemes?(?:" content="|:\s*))light dark')

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; vertical-align: top; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid #8884 }
td { overflow-wrap: anywhere } th, time { white-space: nowrap }
h1 { font-size: 1.4rem; overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: 1.5rem 0 1rem }
nav span { display: flex; border: 1px solid #8888; border-radius: 8px; overflow: hidden }
nav a { padding: .4rem 1rem; color: inherit; text-decoration: none }
nav a[aria-current] { color: Canvas; background: CanvasText }
nav a:focus-visible { outline: 3px solid #2f7d5b; outline-offset: -3px }
iframe { display: block; width: 100%; height: 46rem; border: 1px solid #8884; border-radius: 6px; background: #fff }
iframe.phone { width: 375px; max-width: 100%; margin: auto }
pre { overflow: auto; padding: 1rem; border: 1px solid #8884; border-radius: 6px; white-space: pre-wrap }
pre { overflow-wrap: anywhere } details { margin: 1.5rem 0 } summary { cursor: pointer }
@media (max-width: 40rem) { td:first-child, td:nth-child(2) { font-size: .85rem } time { white-space: normal } }
"""
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
PAGE_POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-src 'self'; base-uri 'none'"
# A mail brings its own styles and may show a logo; its links open in another tab, and nothing in it runs.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'"
)
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def is_of_outbox(request: web.BaseRequest) -> bool:
    """Return whether a request is about the outbox and not for the API."""
    return request.path in {LIST, LIST_FOR_PROGRAMS} or request.path.startswith(f"{LIST}/")


def respond_from_outbox(request: web.BaseRequest, outbox: Outbox) -> web.Response:
    """Reply with the list, or with one mail: as a page, rendered, or as it was sent."""
    if request.method not in {"GET", "HEAD"}:
        return _text(405, "The outbox is only read.\n")
    if not OURS.fullmatch(request.headers.get("Host", "")):
        return _text(403, "The outbox is for this machine only: open it at 127.0.0.1.\n")
    if request.path == LIST_FOR_PROGRAMS:
        mails = [mail.summary | {"text": mail.text} for mail in outbox.mails()]
        return _response(200, "application/json", json.dumps({"mails": mails}, ensure_ascii=False))
    if request.path.rstrip("/") == LIST:
        return _page("Outbox", _list(outbox.mails()))
    name, _, view = request.path.removeprefix(f"{LIST}/").partition("/")
    mail = outbox.mail(name)
    return _view(mail, view, request.query) if mail else _text(404, "There is no such mail.\n")


def _view(mail: SentMail, view: str, query: Mapping[str, str]) -> web.Response:
    match view:
        case "":
            return _page(mail.header("subject"), _mail(mail, query))
        case "html":
            html = in_scheme(mail.html, query.get("scheme", ""))
            return _response(200, "text/html", html, {"Content-Security-Policy": MAIL_POLICY})
        case "source":
            return _text(200, mail.source)
    return _text(404, "A mail is shown as a page, as html and as source.\n")


def in_scheme(html: str, scheme: str) -> str:
    """Return a mail as readers with a light or a dark screen see it; as it is for any other scheme."""
    if scheme not in SCHEMES:
        return html
    html = QUERY_OF_SCHEME.sub(lambda asked: "(min-width: 0)" if asked[1] == scheme else "(max-width: 0)", html)
    return SCHEMES_OF_MAIL.sub(rf"\g<1>{scheme}", html)


def _list(mails: list[SentMail]) -> str:
    if not mails:
        return "<p>No mail has been sent yet.</p>"
    rows = "".join(
        f'<tr><td><time datetime="{mail.sent_at}">{_moment(mail.sent_at)}</time></td>'
        f"<td>{escape(mail.header('to'))}</td>"
        f'<td><a href="{LIST}/{mail.id}" dir="auto">{escape(mail.header("subject")) or "(no subject)"}</a></td></tr>'
        for mail in mails
    )
    return f"<table><tr><th>Sent (UTC)</th><th>To</th><th>Subject</th></tr>{rows}</table>"


def _moment(iso: str) -> str:
    return iso[:19].replace("T", " ")


def _mail(mail: SentMail, query: Mapping[str, str]) -> str:
    view = query.get("view", "") if query.get("view") in VIEWS else "desktop"
    scheme = query.get("scheme", "") if query.get("scheme") in SCHEMES else "light"
    headers_shown = [("Sent", f"{_moment(mail.sent_at)} UTC"), *((name, mail.header(name)) for name in ("From", "To"))]
    rows = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in headers_shown)
    tabs = _tabs(VIEWS, view, lambda chosen: f"?view={chosen}&amp;scheme={scheme}")
    if view == "text":
        shown = f'<pre dir="auto">{escape(mail.text)}</pre>'
    else:
        tabs += _tabs(SCHEMES, scheme, lambda chosen: f"?view={view}&amp;scheme={chosen}")
        shown = (
            f'<iframe class="{view}" title="The mail" src="{LIST}/{mail.id}/html?scheme={scheme}" '
            'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>'
        )
    return (
        f'<p><a href="{LIST}">All mails</a></p><table>{rows}</table>'
        f'<nav aria-label="How the mail is shown">{tabs}</nav>'
        f'{shown}<details><summary>Source</summary><p><a href="{LIST}/{mail.id}/source">Alone</a></p>'
        f"<pre>{escape(mail.source)}</pre></details>"
    )


def _tabs(names: Mapping[str, str], current: str, address: Callable[[str], str]) -> str:
    links = (
        f'<a href="{address(name)}"{" aria-current=true" if name == current else ""}>{title}</a>'
        for name, title in names.items()
    )
    return f"<span>{''.join(links)}</span>"


def _page(title: str, content: str) -> web.Response:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    html = f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head>'
    html += f'<body><h1 dir="auto">{escape(title)}</h1>{content}</body></html>'
    return _response(200, "text/html", html, {"Content-Security-Policy": f"{PAGE_POLICY}; frame-ancestors 'none'"})


def _text(status: int, text: str) -> web.Response:
    return _response(status, "text/plain", text)


def _response(status: int, content_type: str, text: str, headers: dict[str, Any] | None = None) -> web.Response:
    return web.Response(
        status=status, content_type=content_type, charset="utf-8", text=text, headers=HEADERS | (headers or {})
    )
