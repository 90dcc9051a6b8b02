"""The refusals of every call: problems by their status, and API Gateway's own."""

from typing import Any

from earshot.api.problems import RETRY_AFTER, STATUSES
from earshot_cli.openapi.operations import JSON, PROBLEM, Operation
from earshot_cli.openapi.typed import ref

# API Gateway refuses and fails in its own words.
OF_THE_GATEWAY = (413, 429, 500, 503)
_GATEWAYS = {"type": "object", "properties": {"message": {"type": ["string", "null"]}}, "required": ["message"]}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"const": 'Bearer realm="earshot"'}}},
    429: {
        "Retry-After": {"description": "Seconds; missing if the gateway itself refused.", "schema": {"type": "string"}}
    },
    503: {"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}, "example": RETRY_AFTER}},
}


def _name(slug: str) -> str:
    return "".join(word.title() for word in slug.split("-"))


def _response(status: int, slug: str, title: str) -> dict[str, Any]:
    example = {
        "type": f"urn:earshot:problem:{slug}",
        "title": title,
        "status": status,
        "detail": f"{title}.",
        "instance": "urn:earshot:request:JKJaXmPLvHcESHA=",
    }
    content: dict[str, Any] = {PROBLEM: {"schema": ref("Problem"), "example": example}}
    if status in OF_THE_GATEWAY:
        content[JSON] = {"schema": _GATEWAYS}
    headers = {"headers": _HEADERS[status]} if status in _HEADERS else {}
    return {"description": title, **headers, "content": content}


_NAMES = {status: _name(slug) for status, slug, _ in STATUSES.values()}
RESPONSES: dict[str, Any] = {
    _name(slug): _response(status, slug, title)
    for status, slug, title in STATUSES.values()
    if status != 405 and _name(slug) == _NAMES[status]
}


def refusals(operation: Operation) -> dict[str, Any]:
    """Refer to each refusal that a call may meet, by status."""
    found = {429, 503, *operation.problems}
    if not operation.is_page:
        found |= {500, *_of_what_is_sent(operation)}
    return {str(status): {"$ref": f"#/components/responses/{_NAMES[status]}"} for status in found}


def _of_what_is_sent(operation: Operation) -> set[int]:
    found = {401, 403} if operation.scope else set()
    found |= {404} if "{" in operation.route else set()
    found |= {400} if operation.parameters or "{person}" in operation.route else set()
    found |= {415} if operation.body and operation.scope else set()
    return found | ({400, 413} if operation.body else set())
