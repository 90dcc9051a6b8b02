"""The API's description, and what in a request or a reply contradicts it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from earshot_cli.local.delivered_path import delivered_path
from earshot_cli.local.gateway_errors import MESSAGES

DOCUMENT = Path(__file__).parents[1] / "functions/serve_openapi/openapi.json"
HINT = "describe it in cli/earshot_cli/openapi/, then run `make openapi`"
NO_ROUTE = {(status, "application/problem+json") for status in (404, 405)}
Schema = Mapping[str, Any]


@cache
def document() -> Any:
    """Read the description as it is served."""
    return json.loads(DOCUMENT.read_text(encoding="utf-8"))


def operation(route: str) -> Any:
    """Return the description of a route; a failed assertion explains what to do if there is none."""
    method, _, path = route.partition(" ")
    reported = document()["paths"].get(path, {}).get(method.lower())
    assert reported, f"{route} is not described: {HINT}"
    return reported


def route_of(method: str, path: str) -> str | None:
    """Name the route that a request takes by its path, which may have a query; None if there is none.

    A path of plain words goes before one with a name in it, as at API Gateway.
    """
    found = [each for each, pattern in _patterns() if pattern.fullmatch(path.partition("?")[0])]
    fitting = [each for each in found if method.lower() in document()["paths"][each]]
    return f"{method} {fitting[0]}" if fitting else None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in paths]


def resolved(part: Any) -> Any:
    """Follow a reference into the document's components."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    return document()["components"][kind][name]


def response_faults(route: str, status: int, media: str, body: Any) -> Iterator[str]:
    """Return what in a reply is not described: its status, its content type, a field."""
    reported = operation(route)["responses"].get(str(status))
    if reported is None:
        yield f"{route} answers {status}, which is not described: {HINT}"
        return
    content = {name.partition(";")[0]: each for name, each in resolved(reported).get("content", {}).items()}
    found = content.get(media.partition(";")[0])
    if found is None:
        if content or body is not None:
            reported = ", ".join(sorted(content)) or "nothing"
            yield f"{route} answers {status} as {media or 'nothing'}, described is {reported}: {HINT}"
        return
    if "json" in media:
        yield from (f"{route} {status}: {fault}" for fault in faults(found["schema"], body, closed=True))


def sent_faults(method: str, path: str, status: int, media: str, raw: bytes) -> Iterator[str]:
    """Return what in a reply as it came over the wire is not described; where no route leads there is only a problem.

    What `make run` shows next to the API, such as its outbox, is no part of it, nor what API Gateway replies itself.
    """
    body = json.loads(raw) if raw and "json" in media else raw.decode() or None
    if is_of_the_gateway(status, media, body):
        return
    path = delivered_path(path)
    route = route_of(method, path)
    if route is not None:
        yield from response_faults(route, status, media, body)
    elif not path.startswith("/v1/"):
        return
    elif (status, media) not in NO_ROUTE:
        yield f"{method} of a path that is not described answers {status} as {media or 'nothing'}"
    elif method != "HEAD":
        yield from faults({"$ref": "#/components/schemas/Problem"}, body, closed=True)


def is_of_the_gateway(status: int, media: str, body: Any) -> bool:
    """Return whether a reply is API Gateway's own, which is the same for every route; a function never crashes."""
    if status not in MESSAGES or status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return False
    return media == "application/json" and body == {"message": MESSAGES[status]}


def request_faults(route: str, body: Any) -> Iterator[str]:
    """Return what in an accepted body is not described."""
    schema = operation(route).get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        yield from (f"{route} took {fault}" for fault in faults(schema, body))


def faults(schema: Schema, value: Any, *, closed: bool = False) -> list[str]:
    """Return what in a value contradicts a schema; `closed` also what the schema does not mention."""
    found = _validator(json.dumps(schema), closed).iter_errors(value)
    return [f"{error.json_path}: {error.message}; {HINT}" for error in found]


@cache
def _validator(schema: str, closed: bool) -> Draft202012Validator:
    whole = {"components": {"schemas": document()["components"]["schemas"]}, **json.loads(schema)}
    return Draft202012Validator(
        _closed(whole) if closed else whole, format_checker=FormatChecker(["date", "date-time"])
    )


def _closed(schema: Any) -> Any:
    """Close every object that lists its fields: a reply may have more some day, but not undescribed today."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {name: _closed(each) for name, each in schema.items()}
    if "properties" in schema and schema.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made
