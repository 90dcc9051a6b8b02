"""Serve HTTP API events: route by the key that API Gateway already matched, and make the HTTP responses."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from earshot.api.access import REFUSED, Naming, accept_key, audit, authorize
from earshot.api.problems import problem
from earshot.api.request import Request
from earshot.api.route import Route
from earshot.domain.errors import EarshotError, NotFoundError, UnforeseenError
from earshot.observability import logger

if TYPE_CHECKING:
    from earshot.domain.api_key import ApiKey
    from earshot.ports.api_keys import ApiKeys

# A caller may quote it; the log, the events and the CRM have it for all that follows from the request.
CORRELATION = "x-correlation-id"

# A browser must not guess a content type from what somebody wrote into a response, and must use HTTPS for a year; over
# plain HTTP, on the developer's own machine, it ignores the second header.
ALWAYS = {"x-content-type-options": "nosniff", "strict-transport-security": "max-age=31536000"}

Body = TypeVar("Body")


class HttpResponse(dict[str, Any], Generic[Body]):
    """A response of an HTTP API (payload 2.0) whose body is the JSON of a `Body`.

    Each handler names its body in its return type, from which the description of its route is made.
    """


def serve(
    event: Mapping[str, Any],
    routes: Mapping[str, Route],
    request: Request | None = None,
    *,
    keys: "Callable[[], ApiKeys] | None" = None,
    now: Callable[[], int] | None = None,
    naming: Naming | None = None,
) -> dict[str, Any]:
    """Handle a request by its route; every refusal is a problem, and an unexpected error is a 500 without details.

    A route with a scope needs a key that has it. Each request with a key has a line in the log that names it, and so
    has each refusal; the API's access log has the id, route and status of all others. `naming` names the person in the
    path for the audit line.
    """
    request = request or Request(event)
    try:
        request.declared = found = _found(request, routes)
        if found.scope and (request.brings_key or not found.open_because):
            accept_key(request, found, _granted(request, found.scopes, keys, now))
        response: dict[str, Any] = found.handler(request)
    except EarshotError as exc:
        response = problem(exc, request.id)
    except Exception:  # noqa: BLE001 - the last resort: whatever it was, the caller gets a problem, the log the story
        logger.exception("unforeseen", correlation_id=request.id, route=request.route)
        response = problem(UnforeseenError("an internal error; the log has details under this instance"), request.id)
    response["headers"] |= {CORRELATION: request.id, **ALWAYS}
    status = response["statusCode"]
    if request.key or status >= REFUSED:
        by: dict[str, Any] = {"key": request.key} if request.key else {}
        logger.info("request", correlation_id=request.id, route=request.route, status=status, **by)
    audit(request, status, naming)
    return response


def json_response(status: int, body: Body) -> HttpResponse[Body]:
    """Return a JSON response that must not be cached."""
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return HttpResponse(statusCode=status, headers=headers, body=json.dumps(body, ensure_ascii=False))


def empty_response(status: int) -> HttpResponse[None]:
    """Return a response without a body."""
    return HttpResponse(statusCode=status, headers={"cache-control": "no-store"})


def _granted(
    request: Request, scopes: tuple[str, ...], keys: "Callable[[], ApiKeys] | None", now: Callable[[], int] | None
) -> "ApiKey":
    """Return the key that came along and has the scopes; what cannot be checked is refused."""
    if keys is None or now is None:
        raise UnforeseenError("no keys can be checked here")
    return authorize(request, scopes, now(), keys=keys())


def _found(request: Request, routes: Mapping[str, Route]) -> Route:
    if request.route not in routes:
        raise NotFoundError("there is no such path; /v1/openapi.json lists them all")
    return routes[request.route]
