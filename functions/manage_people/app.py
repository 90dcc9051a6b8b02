"""/v1/people: create, update, read, export and erase the people who may be asked."""

from typing import Any

from earshot import bootstrap
from earshot.api.body import ONE_ANSWER, ONE_BATCH, body_bytes, check_size, json_object
from earshot.api.http import Answer, Request, json_answer, serve
from earshot.api.people import check_person_id, read_export_cursor, read_people, read_person, read_subtract
from earshot.api.person_views import erasure_view, export_view, person_view, saved_view
from earshot.domain.person import Outcome
from earshot.services.authorize import authorize
from earshot.services.erase_person import Erasure, erase
from earshot.services.export_person import export
from earshot.services.manage_people import find_person, replace_person, save

# Milliseconds after which a long erasure answers how far it got; API Gateway waits no longer than 30 s.
LONGEST_ERASURE = 20_000


def put(request: Request) -> Answer:
    draft = read_person(_body(request, ONE_ANSWER), request.path("person"))
    saved = replace_person(draft, **_ports(), secrets=bootstrap.secrets(), pause=bootstrap.pause)
    shown = person_view(saved.person) if saved.person else {}
    return json_answer(201 if saved.outcome is Outcome.CREATED else 200, shown)


def post(request: Request) -> Answer:
    drafts = read_people(_body(request, ONE_BATCH))
    saved = save(drafts, **_ports(), secrets=bootstrap.secrets(), pause=bootstrap.pause)
    return json_answer(200, {"people": [saved_view(one) for one in saved]})


def read(request: Request) -> Answer:
    person_id = _person(request, "people:read")
    return json_answer(200, person_view(find_person(person_id, people=bootstrap.people())))


def read_all(request: Request) -> Answer:
    person_id = _person(request, "people:read")
    exported = export(person_id, read_export_cursor(request.query), **_ports(), ledger=bootstrap.ledger())
    return json_answer(200, export_view(person_id, exported))


def delete(request: Request) -> Answer:
    person_id, now = _person(request, "people:write"), bootstrap.now()
    erasure = Erasure(person_id, read_subtract(request.query), now, request.id)
    ports = _ports() | {"ledger": bootstrap.ledger(), "invitations": bootstrap.invitations(), "pause": bootstrap.pause}
    progress = erase(erasure, lambda: bootstrap.now() < now + LONGEST_ERASURE, **ports)
    return json_answer(202 if progress.remaining else 200, erasure_view(progress))


def _person(request: Request, scope: str) -> str:
    authorize(request.presented_key, scope, keys=bootstrap.keys())
    return check_person_id(request.path("person"))


def _body(request: Request, limit: int) -> dict[str, Any]:
    authorize(request.presented_key, "people:write", keys=bootstrap.keys())
    raw = body_bytes(request.event)
    check_size(len(raw), limit)
    return json_object(raw)


def _ports() -> dict[str, Any]:
    return {"people": bootstrap.people(), "suppressions": bootstrap.suppressions()}


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    return serve(event, ROUTES)


ROUTES = {
    "PUT /v1/people/{person}": put,
    "POST /v1/people": post,
    "GET /v1/people/{person}": read,
    "GET /v1/people/{person}/export": read_all,
    "DELETE /v1/people/{person}": delete,
}
