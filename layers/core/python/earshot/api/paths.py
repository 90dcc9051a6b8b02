"""Every path and its methods, to answer what no route matched; a test holds it equal to template.yaml."""

import re
from collections.abc import Iterator
from functools import cache

from earshot.domain.errors import EarshotError, MethodNotAllowedError, NotFoundError

PATHS: dict[str, tuple[str, ...]] = {
    "/v1/surveys": ("GET",),
    "/v1/surveys/{survey}": ("DELETE", "GET", "PATCH", "PUT"),
    "/v1/surveys/{survey}/responses": ("DELETE", "GET", "OPTIONS", "POST"),
    "/v1/surveys/{survey}/responses/{response}": ("DELETE", "GET", "PATCH"),
    "/v1/surveys/{survey}/imports": ("GET",),
    "/v1/surveys/{survey}/imports/{import}": ("GET", "PUT"),
    "/v1/surveys/{survey}/imports/{import}/undo": ("POST",),
    "/v1/surveys/{survey}/widget": ("GET", "OPTIONS", "POST"),
    "/v1/surveys/{survey}/values": ("GET", "PATCH"),
    "/v1/surveys/{survey}/identity-secret": ("GET", "POST"),
    "/v1/surveys/{survey}/nps": ("GET",),
    "/v1/surveys/{survey}/breakdown": ("GET",),
    "/v1/surveys/{survey}/trend": ("GET",),
    "/v1/nps": ("GET",),
    "/v1/trend": ("GET",),
    "/v1/surveys/{survey}/counts": ("GET",),
    "/v1/surveys/{survey}/funnel": ("GET",),
    "/v1/surveys/{survey}/quality": ("GET",),
    "/v1/people": ("GET", "POST"),
    "/v1/people/search": ("POST",),
    "/v1/people/{person}": ("DELETE", "GET", "PUT"),
    "/v1/people/{person}/export": ("GET",),
    "/v1/people/{person}/suppression": ("DELETE",),
    "/v1/suppressions": ("POST",),
    "/v1/surveys/{survey}/invitations": ("POST",),
    "/v1/surveys/{survey}/campaigns": ("GET",),
    "/v1/surveys/{survey}/campaigns/{campaign}": ("GET", "PUT"),
    "/v1/surveys/{survey}/campaigns/{campaign}/stop": ("POST",),
    "/v1/people/{person}/invitations": ("GET",),
    "/v1/people/{person}/invitations/{invitation}/release": ("POST",),
    "/widget.js": ("GET",),
    "/widget/{version}": ("GET",),
    "/s/{token}": ("GET", "HEAD", "POST"),
    "/u/{token}": ("GET", "HEAD", "POST"),
    "/v1/keys": ("GET", "POST"),
    "/v1/keys/{key}": ("DELETE",),
    "/v1/openapi.json": ("GET", "HEAD"),
}


def is_known(path: str) -> bool:
    """Return whether a path, as it is sent and without its query, is one of the product's."""
    return any(pattern.fullmatch(path) for pattern, _ in _patterns())


def route_key(method: str, path: str) -> str:
    """Return the key of the route that takes a request: `$default` if there is none of its own."""
    for pattern, template in _templates():
        if pattern.fullmatch(path) and method in PATHS[template]:
            return f"{method} {template}"
    return "$default"


def unmatched(method: str, path: str) -> EarshotError:
    """Say why no route matched: the path knows other methods, or there is no such path."""
    for pattern, methods in _patterns():
        if pattern.fullmatch(path):
            return MethodNotAllowedError(f"{method} is not among the methods of this path", methods)
    return NotFoundError("there is no such path; /v1/openapi.json lists them all")


def _patterns() -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    return ((pattern, PATHS[template]) for pattern, template in _templates())


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the pattern of each path; a path with fewer parts that vary goes first, as API Gateway has it."""
    ordered = sorted(PATHS, key=lambda template: template.count("{"))
    return tuple((re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), template) for template in ordered)
