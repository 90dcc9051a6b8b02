"""The whole document: every route with its requests and replies, in OpenAPI 3.1."""

import json
from collections.abc import Set as AbstractSet
from typing import Any

from earshot import __version__
from earshot.api.fields import OWN_ID
from earshot.api.invitations import ASKED_PERSON
from earshot.api.people import PERSON_DRAFT
from earshot.api.responses import batch
from earshot.api.schema import Schema
from earshot.domain import ids
from earshot.domain.names import NAME
from earshot.pages.script import script
from earshot_cli.openapi import (
    alerts,
    asking,
    calendars,
    cases,
    digests,
    inbound,
    keys,
    pages,
    people,
    quality,
    responses,
    routes,
    scores,
    surveys,
    team,
    widget,
)
from earshot_cli.openapi.errors import DescriptionError
from earshot_cli.openapi.examples import INVITATION_ID, KEY_ID, RESPONSE_ID
from earshot_cli.openapi.operations import Body, Operation, Reply
from earshot_cli.openapi.problem_responses import RESPONSES, refusals
from earshot_cli.openapi.routes import declared
from earshot_cli.openapi.typed import components

PARTS = (
    surveys,
    responses,
    widget,
    scores,
    quality,
    people,
    asking,
    alerts,
    cases,
    inbound,
    team,
    calendars,
    digests,
    keys,
)
OPERATIONS = tuple(operation for part in (*PARTS, pages) for operation in part.OPERATIONS)
SCHEMAS: dict[str, Schema] = {**components(), **responses.SCHEMAS}
TAGS = {
    "Responses": "Submit, read, correct, exclude and erase responses.",
    "Results": "The score with its interval and its change, the counts it rests on, and the funnel.",
    "Surveys": "The question, who is asked, and how often.",
    "People": "The people who may be invited: store, export and erase them.",
    "Asking": "Invitations: who is invited, who is not, and why.",
    "Campaigns": "Invitations for everyone in a segment, once within a budget, or every few days.",
    "Alerts": "Rules that raise alerts, the destinations that these are sent to, and what became of each delivery.",
    "Cases": "What alerts or people opened: one open case a subject and survey, which later alerts join.",
    "Team": "The members who own cases and stand in for each other, the accounts that people belong to, and the "
    "calendars in whose hours the time of cases is counted.",
    "Digests": "What each role gets to read about a survey by mail or in Slack, in its own days and language.",
    "Keys": "API keys and what they allow.",
    "Widget": "What asks in a page: its script, its words and rules.",
    "Pages": "What the links in mails lead to; a GET never records anything.",
    "About": "The API itself.",
}
# The named objects within bodies, and the batch, which shares its route with a single response.
NESTED = (PERSON_DRAFT, ASKED_PERSON, batch())
NAMED = {"type": "string", "pattern": f"^{NAME}$"}
PATH_PARTS: dict[str, tuple[Schema, str]] = {
    "survey": (NAMED, "shop"),
    "campaign": (NAMED, "spring"),
    "import": (NAMED, "reviews-2026"),
    "response": ({"type": "string", "pattern": ids.PATTERN}, RESPONSE_ID),
    "property": (
        {"type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$", "description": "The name of a segment."},
        "plan",
    ),
    "person": (OWN_ID.schema(), "c-17"),
    "invitation": ({"type": "string"}, INVITATION_ID),
    "destination": (NAMED, alerts.DESTINATION_ID),
    "rule": (NAMED, alerts.RULE_ID),
    "delivery": ({"type": "string", "pattern": ids.PATTERN}, alerts.DELIVERY_ID),
    "case": ({"type": "string", "pattern": ids.PATTERN}, cases.CASE_ID),
    "member": (NAMED, team.MEMBER_ID),
    "session": ({"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "The `id` of a session."}, "5f0c" * 4),
    "digest": (NAMED, digests.DIGEST_ID),
    "calendar": (NAMED, calendars.CALENDAR_ID),
    "key": ({"type": "string", "pattern": "^[0-9a-f]{12}$", "description": "The `id` of a key."}, KEY_ID),
    "version": ({"type": "string"}, f"{script().version}.js"),
    "token": ({"type": "string", "description": "The token in the mail's link."}, "eyJwIjoiYy0xNyJ9.signature"),
}


def document() -> dict[str, Any]:
    """Make the document; DescriptionError if a route is not described, or a described one does not exist."""
    _check_routes({operation.route for operation in OPERATIONS})
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        route = operation.declared
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(operation, route.path)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Earshot",
            "version": __version__,
            "summary": "Net promoter surveys inside your own AWS account.",
            "description": "JSON in, JSON out, UTF-8; every refusal is a problem (RFC 9457) that names each fault. "
            "All calls need an API key, except submitting a single response, the widget, the pages, signed calls of "
            "webhooks and this document.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Where this document came from."}],
        "tags": [{"name": name, "description": sentence} for name, sentence in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted((SCHEMAS | _request_schemas()).items())),
            "responses": RESPONSES,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer KEY`"},
                "basic": {"type": "http", "scheme": "basic", "description": "The key as the user name, no password."},
            },
        },
    }


def _request_schemas() -> dict[str, Schema]:
    """Return the schemas of all bodies by their names."""
    bodies = [each.body for each in declared().values() if each.body is not None]
    schemas = {each.name: each.definition() for each in (*bodies, *NESTED)}
    _check_names(schemas.keys())
    return schemas


def _check_names(bodies: AbstractSet[str]) -> None:
    """Refuse a body that is named as a reply is: one of both would be described as the other."""
    if both := sorted(bodies & SCHEMAS.keys()):
        raise DescriptionError(f"{both[0]} is the name of a body and of a reply: give the body another one.")


def text() -> str:
    """Write the document as the file that is served."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _check_routes(described: set[str]) -> None:
    if missing := sorted(routes.described().keys() - described):
        raise DescriptionError(
            f"{missing[0]} is not described: add an Operation for it to the module of its subject in "
            "cli/earshot_cli/openapi/ (scores.py for results, for instance), then run `make openapi`."
        )


def _operation(operation: Operation, path: str) -> dict[str, Any]:
    made: dict[str, Any] = {"operationId": operation.name, "tags": [operation.tag], "summary": operation.summary}
    again = f"Sent again: {operation.again}" if operation.again else ""
    if description := " ".join(part for part in (operation.description, again) if part):
        made["description"] = description
    if parameters := [*_path_parts(operation.route, path), *_query(operation)]:
        made["parameters"] = parameters
    if operation.body:
        made["requestBody"] = _body(operation.body, operation.body_schema)
    replies = {
        str(status): _reply(reply, operation.reply_schema(status)) for status, reply in operation.replies.items()
    }
    replies |= refusals(operation)
    return {**made, "responses": dict(sorted(replies.items())), "security": _security(operation)}


def _path_parts(route: str, path: str) -> list[dict[str, Any]]:
    """Describe the parts of a path; a browser's preflight may have any."""
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    anything: Schema | None = {"type": "string"} if route.startswith("OPTIONS ") else None
    parts = {name: PATH_PARTS[name] for name in names}
    return [_parameter(name, "path", anything or schema, example=example) for name, (schema, example) in parts.items()]


def _query(operation: Operation) -> list[dict[str, Any]]:
    """Describe the query; a list is written with commas."""
    made = []
    for name, schema in operation.parameters.items():
        commas = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
        made.append(_parameter(name, "query", schema, **commas) | {"required": name in operation.needed})
    return made


def _parameter(name: str, place: str, schema: Schema, **more: Any) -> dict[str, Any]:
    rest = {key: value for key, value in schema.items() if key != "description"}
    description = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": place, **description, "required": place == "path", "schema": rest, **more}


def _body(body: Body, schema: Schema) -> dict[str, Any]:
    examples = {name: {"value": value} for name, value in body.examples.items()}
    content = {media: {"schema": schema, "examples": examples} for media in body.media}
    return {"required": body.required, "content": content}


def _reply(reply: Reply, schema: Schema | None) -> dict[str, Any]:
    made: dict[str, Any] = {"description": reply.meaning}
    if reply.headers:
        made["headers"] = {name: {"schema": header} for name, header in reply.headers.items()}
    if schema is not None:
        example = {} if reply.example is None else {"example": reply.example}
        made["content"] = {media: {"schema": schema, **example} for media in (reply.media, *reply.also)}
    return made


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.scope is None:
        return [{}]
    keyed = [{kind: list(operation.declared.scopes)} for kind in ("bearer", "basic")]
    return [{}, *keyed] if operation.key_is_optional else keyed
