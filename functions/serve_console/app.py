"""/app and all below it: the pages of the console. It reads and never writes but when a session was last used."""

from typing import Any

from earshot import bootstrap
from earshot.api.http import CORRELATION
from earshot.api.request import Request
from earshot.api.route import Route
from earshot.api.visitor import Visitor, visitor_of
from earshot.console.reply import Reply, sent
from earshot.console.router import failed, respond
from earshot.observability import logger


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    request = Request(event)
    reply: Reply = ROUTES[request.route].handler(request)
    if reply.status >= 400:
        logger.info("page", correlation_id=request.id, route=request.route, status=reply.status)
    made = sent(reply, request.headers.get("accept-encoding", ""), is_head=request.route.startswith("HEAD "))
    made["headers"] |= {CORRELATION: request.id}
    return made


def show(request: Request) -> Reply:
    now = bootstrap.now()

    def visitor() -> Visitor:
        return visitor_of(request, now, sessions=bootstrap.sessions(), site=bootstrap.site())

    try:
        return respond(request, now, visitor, bootstrap.console_deps())
    except Exception:  # noqa: BLE001 - the last resort: a visitor gets a page, the log the details
        logger.exception("page failed", correlation_id=request.id)
        return failed(request)


def page(key: str, name: str) -> Route:
    return Route(key, name, show, open_because="a session says who reads it")


ROUTES = {
    each.key: each
    for each in (
        page("GET /app", "show_home"),
        page("HEAD /app", "check_home"),
        page("GET /app/{proxy+}", "show_page"),
        page("HEAD /app/{proxy+}", "check_page"),
    )
}
