"""What a page of the console is sent as: HTML under a strict policy, CSV, JSON, SVG, files and redirects."""

import csv
import gzip
import io
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from earshot.domain.api_key import id_within

# Nothing but our own files; no text becomes code, whatever it holds.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
PRIVATE = {"cache-control": "no-store, private", "referrer-policy": "same-origin", "x-robots-tag": "noindex"}
# A header takes no other letters, and a file system not all of them.
_NOT_IN_A_NAME = re.compile(r"[^0-9A-Za-z_.-]")
HTML = "text/html; charset=utf-8"
# Less is hardly made smaller.
LEAST_PACKED = 1400
# Spreadsheets read a text that begins with one of these as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with its headers, whose names are in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = ()


def html_reply(html: str, status: int = 200, language: str = "en") -> Reply:
    """Return a page."""
    headers = {
        "content-type": HTML,
        "content-language": language,
        "content-security-policy": POLICY,
        "cross-origin-opener-policy": "same-origin",
        **PRIVATE,
    }
    return Reply(status, html.encode(), headers)


def json_reply(body: Any) -> Reply:
    """Return the data of a page."""
    headers = {"content-type": "application/json", **PRIVATE}
    return Reply(200, json.dumps(body, ensure_ascii=False).encode(), headers)


def csv_reply(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], cursor: str | None = None) -> Reply:
    """Return rows as a CSV file of a name; `cursor` is the address of the rows after these.

    Texts that would become formulas are written so that they stay texts. Numbers stay numbers.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": f'attachment; filename="{_NOT_IN_A_NAME.sub("-", name)}.csv"',
        **({"link": f'<{cursor}>; rel="next"'} if cursor else {}),
        **PRIVATE,
    }
    return Reply(200, written.getvalue().encode(), headers)


def svg_reply(svg: str) -> Reply:
    """Return a chart as a file; it may use the style that is written in it, and nothing else."""
    start, end = svg.find("<style>") + len("<style>"), svg.find("</style>")
    digest = b64encode(sha256(svg[start:end].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
    headers = {"content-type": "image/svg+xml; charset=utf-8", "content-security-policy": policy, **PRIVATE}
    return Reply(200, svg.encode(), headers)


def redirect(address: str, status: int = 303, cookies: Sequence[str] = ()) -> Reply:
    """Return the way to another page."""
    return Reply(status, b"", {"location": address, **PRIVATE}, cookies)


def sign_in(page: str) -> Reply:
    """Return the way to signing in, and from there back to a page, unless a key was pasted into its address."""
    back = page if id_within(page) == page else "/app"
    return redirect(f"/app/sign-in?next={quote(back, safe='')}")


def sent(reply: Reply, accepted: str, *, is_head: bool = False) -> dict[str, Any]:
    """Return a reply as an HTTP API takes it (payload 2.0), compressed where the browser `accepted` gzip."""
    headers, body = (
        {**reply.headers, "x-content-type-options": "nosniff", "vary": "accept-encoding, cookie"},
        reply.body,
    )
    headers["strict-transport-security"] = "max-age=31536000"
    if len(body) >= LEAST_PACKED and "gzip" in accepted.lower() and "content-encoding" not in headers:
        headers["content-encoding"], body = "gzip", gzip.compress(body, 6, mtime=0)
    made: dict[str, Any] = {"statusCode": reply.status, "headers": headers}
    if reply.cookies:
        made["cookies"] = list(reply.cookies)
    if is_head:
        return made | {"body": ""}
    if "content-encoding" in headers:
        return made | {"body": b64encode(body).decode(), "isBase64Encoded": True}
    return made | {"body": body.decode()}


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
