"""A request as API Gateway passes it, and the routes that it may meet."""

from typing import Any

from earshot.api.request import Request
from earshot.api.route import Route


def event(route: str = "GET /x", **headers: str) -> dict[str, Any]:
    return {"routeKey": route, "headers": headers, "requestContext": {"requestId": "r-1"}}


def raising(error: Exception) -> Any:
    def route(_: Request) -> dict[str, Any]:
        raise error

    return route


def routes_with(handler: Any) -> dict[str, Route]:
    return {"GET /x": Route("GET /x", "read_x", handler)}
