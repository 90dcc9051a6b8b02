"""`/outbox`: the mails that were sent, for whoever develops; the deployed stack has no such page."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any

from aiohttp import web

from earshot_cli.local.outbox import Outbox, SentMail

LIST, LIST_FOR_PROGRAMS = "/outbox", "/outbox.json"
# Whoever reads a mail can answer in its person's name, so no name that another site could point here is heard.
OURS = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]+)?", re.ASCII)

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; vertical-align: top; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid #8884 }
td:first-child, th { white-space: nowrap }
h1 { font-size: 1.4rem } h2 { font-size: 1rem; margin-top: 2rem }
iframe { width: 100%; height: 44rem; border: 1px solid #8884; border-radius: 6px; background: #fff }
pre { overflow: auto; padding: 1rem; border: 1px solid #8884; border-radius: 6px; white-space: pre-wrap }
pre { overflow-wrap: anywhere }
"""
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
PAGE_POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-src 'self'; base-uri 'none'"
# A mail brings its own styles and may show a logo; its links open beside it, and nothing in it runs.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'"
)
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def is_of_outbox(request: web.BaseRequest) -> bool:
    """Whether a request is about the outbox and not for the API."""
    return request.path in {LIST, LIST_FOR_PROGRAMS} or request.path.startswith(f"{LIST}/")


def answer_from_outbox(request: web.BaseRequest, outbox: Outbox) -> web.Response:
    """Answer with the list, or with one mail: as a page, rendered, or as it was sent."""
    if request.method not in {"GET", "HEAD"}:
        return _text(405, "The outbox is only read.\n")
    if not OURS.fullmatch(request.headers.get("Host", "")):
        return _text(403, "The outbox is for this machine only: open it at 127.0.0.1.\n")
    if request.path == LIST_FOR_PROGRAMS:
        told = [mail.summary | {"text": mail.text} for mail in outbox.mails()]
        return _answer(200, "application/json", json.dumps({"mails": told}, ensure_ascii=False))
    if request.path.rstrip("/") == LIST:
        return _page("Outbox", _list(outbox.mails()))
    name, _, view = request.path.removeprefix(f"{LIST}/").partition("/")
    mail = outbox.mail(name)
    return _view(mail, view) if mail else _text(404, "There is no such mail.\n")


def _view(mail: SentMail, view: str) -> web.Response:
    match view:
        case "":
            return _page(mail.header("subject"), _mail(mail))
        case "html":
            return _answer(200, "text/html", mail.html, {"Content-Security-Policy": MAIL_POLICY})
        case "source":
            return _text(200, mail.source)
    return _text(404, "A mail is shown as a page, as html and as source.\n")


def _list(mails: list[SentMail]) -> str:
    if not mails:
        return "<p>No mail was sent yet.</p>"
    rows = "".join(
        f"<tr><td>{escape(mail.sent)}</td><td>{escape(mail.header('to'))}</td>"
        f'<td><a href="{LIST}/{mail.id}" dir="auto">{escape(mail.header("subject")) or "(no subject)"}</a></td></tr>'
        for mail in mails
    )
    return f"<table><tr><th>Sent</th><th>To</th><th>Subject</th></tr>{rows}</table>"


def _mail(mail: SentMail) -> str:
    said = [("Sent", mail.sent), *((name, mail.header(name)) for name in ("From", "To"))]
    rows = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in said)
    return (
        f'<p><a href="{LIST}">All mails</a></p><table>{rows}</table>'
        f'<h2>HTML</h2><iframe title="The mail" src="{LIST}/{mail.id}/html" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>'
        f'<h2>Plain text</h2><pre dir="auto">{escape(mail.text)}</pre>'
        f'<h2>Source</h2><p><a href="{LIST}/{mail.id}/source">alone</a></p><pre>{escape(mail.source)}</pre>'
    )


def _page(title: str, content: str) -> web.Response:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    html = f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head>'
    html += f'<body><h1 dir="auto">{escape(title)}</h1>{content}</body></html>'
    return _answer(200, "text/html", html, {"Content-Security-Policy": f"{PAGE_POLICY}; frame-ancestors 'none'"})


def _text(status: int, text: str) -> web.Response:
    return _answer(status, "text/plain", text)


def _answer(status: int, content_type: str, text: str, headers: dict[str, Any] | None = None) -> web.Response:
    return web.Response(
        status=status, content_type=content_type, charset="utf-8", text=text, headers=HEADERS | (headers or {})
    )
