"""HTTP API events (payload 2.0) in, answers out: routes by the key that API Gateway already matched."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from earshot.api.access import Naming, audit
from earshot.api.problems import problem
from earshot.domain.errors import EarshotError, FieldError, InvalidError, NotFoundError, UnforeseenError
from earshot.domain.unicode_text import has_unstorable_characters
from earshot.observability import logger

LONGEST_PART = 256
# What a caller may quote; the log, the events and the CRM know what became of the request under it.
CORRELATION = "x-correlation-id"

# A browser reads an answer as what it says it is, whatever somebody wrote into it, and comes back by HTTPS alone for a
# year; over plain HTTP, on the developer's own machine, it does not heed the latter.
ALWAYS = {"x-content-type-options": "nosniff", "strict-transport-security": "max-age=31536000"}

HttpResponse = dict[str, Any]
Route = Callable[["Request"], HttpResponse]


class Request:
    """What a route needs of an HTTP API event."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.event = event
        self.route: str = event.get("routeKey", "")
        self.id: str = event.get("requestContext", {}).get("requestId", "")
        self.headers: Mapping[str, str] = event.get("headers") or {}
        # The id of the API key, once it is known.
        self.key = ""
        # What an audit line names beside the path: ids that were made.
        self.about: dict[str, str] = {}

    def path(self, name: str) -> str:
        """Return a part of the path; NotFoundError if it is longer than anything there is."""
        # An HTTP API decodes every escape of a path but that of `%` itself.
        part = str((self.event.get("pathParameters") or {}).get(name, "")).replace("%25", "%")
        if len(part) > LONGEST_PART or has_unstorable_characters(part):
            raise NotFoundError("there is nothing under such a path")
        return part

    @property
    def query(self) -> dict[str, str]:
        """Return the query parameters; InvalidError if one is given twice or is not UTF-8."""
        return parse_query(self.event.get("rawQueryString") or "")

    @property
    def presented_key(self) -> str | None:
        """Return the API key that came along, as a Bearer token or as the user of HTTP Basic."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return value.strip()
        return _basic_user(value.strip()) if kind.lower() == "basic" else None

    @property
    def keeps_key(self) -> bool:
        """Return whether the key came by HTTP Basic, which browsers keep and send by themselves."""
        return self.headers.get("authorization", "").partition(" ")[0].lower() == "basic"

    @property
    def address(self) -> str:
        """Return the address the request came from, as API Gateway saw it; it is personal, and never logged."""
        return str(self.event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))

    @property
    def brings_key(self) -> bool:
        """Tell whether the caller means to show a key, however malformed it is."""
        return "authorization" in self.headers


def serve(
    event: Mapping[str, Any],
    routes: Mapping[str, Any],
    request: "Request | None" = None,
    *,
    naming: Naming | None = None,
) -> HttpResponse:
    """Answer a request by its route; every refusal is a problem, and what nobody foresaw is a 500 without details.

    Each request has a line in the log that names its key; `naming` names the person in the path for the audit line.
    """
    request = request or Request(event)
    try:
        answer = _route(request, routes)(request)
    except EarshotError as exc:
        answer = problem(exc, request.id)
    except Exception:  # noqa: BLE001 - the last resort: whatever it was, the caller gets a problem, the log the story
        logger.exception("unforeseen", correlation_id=request.id, route=request.route)
        answer = problem(UnforeseenError("it was logged under the instance below"), request.id)
    answer["headers"] |= {CORRELATION: request.id, **ALWAYS}
    by: dict[str, Any] = {"key": request.key} if request.key else {}
    logger.info("answered", correlation_id=request.id, route=request.route, status=answer["statusCode"], **by)
    audit(request, answer["statusCode"], naming)
    return answer


def json_response(status: int, body: Any) -> HttpResponse:
    """Answer with JSON that nobody may cache."""
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body, ensure_ascii=False)}


def empty_response(status: int) -> HttpResponse:
    """Answer without a body."""
    return {"statusCode": status, "headers": {"cache-control": "no-store"}}


def parse_query(raw: str) -> dict[str, str]:
    """Read a query string; InvalidError if a parameter is given twice or is not UTF-8."""
    parameters: dict[str, str] = {}
    for pair in filter(None, raw.split("&")):
        name, _, value = (_decoded(part) for part in pair.partition("="))
        if name in parameters:
            raise InvalidError(FieldError(name[:80], "this parameter is given twice"))
        parameters[name] = value
    return parameters


def _route(request: Request, routes: Mapping[str, Route]) -> Route:
    if request.route not in routes:
        raise NotFoundError("there is no such path; /v1/openapi.json lists them all")
    return routes[request.route]


def _decoded(part: str) -> str:
    try:
        text = unquote_to_bytes(part.replace("+", " ")).decode()
    except (UnicodeDecodeError, UnicodeEncodeError) as exc:
        raise InvalidError(FieldError("", "the query string is not valid UTF-8")) from exc
    if has_unstorable_characters(text):
        raise InvalidError(FieldError("", "the query string is not valid UTF-8"))
    return text


def _basic_user(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
