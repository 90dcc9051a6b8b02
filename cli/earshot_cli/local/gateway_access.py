"""Who may ask the gateway for what: its names, and the few paths that pages of other sites may call."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web

from earshot_cli.local.outbox_pages import OURS

WIDGET = re.compile(r"/widget\.js|/widget/[^/]+")
LINKS = re.compile(r"/[su]/[^/]+")
QUESTION = re.compile(r"/v1/surveys/[^/]+/widget")
RESPONSES = re.compile(r"/v1/surveys/[^/]+/responses")
CONSOLE = re.compile(r"/app(/.*)?", re.DOTALL)
OWN_PAGE = {"none", "same-origin"}
# Each leads to the same stack; a browser takes each for another site.
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def refusal(request: web.BaseRequest, path: str, names: Collection[str]) -> str | None:
    """Return why a request for a path is refused, or None; `names` are further hosts than those of this machine."""
    host = request.headers.get("Host", "").lower()
    if not (OURS.fullmatch(host) or re.sub(r":[0-9]+$", "", host) in names):
        return f"This Earshot has no name {host!r}; name it in EARSHOT_HOSTS if it should."
    if not (_is_from_here(request, host) or is_for_any_page(request, path)):
        return "Pages of other sites may load the widget, send responses without a key and follow links; nothing else."
    return None


def is_of_console(path: str) -> bool:
    """Return whether a path is a page or a form of the console."""
    return CONSOLE.fullmatch(path) is not None


def console_elsewhere(request: web.BaseRequest, port: int) -> str | None:
    """Return where a page of the console is read that is asked for under another name than localhost, else None.

    Passkeys work at localhost, and a session's cookie would be another one under each name.
    """
    host = request.headers.get("Host", "").lower()
    if request.method not in {"GET", "HEAD"} or host not in {f"{name}:{port}" for name in LOCAL_NAMES[1:]}:
        return None
    return f"http://localhost:{port}{request.raw_path}"


def is_for_any_page(request: web.BaseRequest, path: str) -> bool:
    """Return whether a page of another site may send this: what the widget and a link in a mail need."""
    method = request.method
    if WIDGET.fullmatch(path):
        return method in {"GET", "HEAD"}
    if QUESTION.fullmatch(path):
        return method in {"GET", "POST", "OPTIONS"}
    if RESPONSES.fullmatch(path):
        return method == "OPTIONS" or (method == "POST" and "Authorization" not in request.headers)
    # A link in a mail leads to it; a page of another site gets no cookie with anything else.
    if is_of_console(path):
        return method in {"GET", "HEAD"}
    return bool(LINKS.fullmatch(path))


def _is_from_here(request: web.BaseRequest, host: str) -> bool:
    """Return whether it comes from a page of this gateway, or from no page at all."""
    origins, sites = request.headers.getall("Origin", []), request.headers.getall("Sec-Fetch-Site", [])
    if any(site.lower() not in OWN_PAGE for site in sites):
        return False
    # A page that sends no referrer sends no origin either; then the other header says that it is one of ours.
    return all(_is_own(origin, host) or (origin == "null" and sites) for origin in origins)


def _is_own(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc == host
