"""/v1/people: create, update, list, find, read, export, erase and write again to the people who may be asked."""

from typing import Any

from earshot import bootstrap
from earshot.api.access import authorize
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.people import check_person_id, read_erasure, read_export, read_people, read_person, read_suppressions
from earshot.api.people_lists import ALL, read_people_list, read_people_search
from earshot.api.person_views import erasure_view, export_view, found_view, saved_view, standing_view
from earshot.api.request import Request
from earshot.api.request_body import ONE_ANSWER, ONE_BATCH, object_within
from earshot.domain.keyed_hash import audit_name
from earshot.domain.person import SaveOutcome
from earshot.services.invitations.check_quiet_period import forget_showings
from earshot.services.people.erase_person import Erasure, erase
from earshot.services.people.export_person import export
from earshot.services.people.find_people import find_people, list_people
from earshot.services.people.manage_people import replace_person, save
from earshot.services.people.person_suppression import find_standing, lift, standing_of
from earshot.services.people.suppress_addresses import suppress
from earshot.services.surveys.protect_employees import check_all_readable

LONGEST_ERASURE = 20_000  # milliseconds, then it answers how far it got; API Gateway waits no longer than 30 s


def put(request: Request) -> HttpResponse:
    draft = read_person(_body(request, ONE_ANSWER), request.path("person"))
    saved = replace_person(
        draft,
        bootstrap.now(),
        people=bootstrap.people(),
        suppressions=bootstrap.suppressions(),
        hash_key=bootstrap.hash_key,
        pause=bootstrap.pause,
    )
    shown = standing_view(standing_of(saved.person, bootstrap.suppressions())) if saved.person else {}
    return json_response(201 if saved.outcome is SaveOutcome.CREATED else 200, shown)


def post(request: Request) -> HttpResponse:
    saved = save(
        read_people(_body(request, ONE_BATCH)),
        bootstrap.now(),
        people=bootstrap.people(),
        suppressions=bootstrap.suppressions(),
        hash_key=bootstrap.hash_key,
        pause=bootstrap.pause,
    )
    return json_response(200, {"people": [saved_view(one) for one in saved]})


def list_all(request: Request) -> HttpResponse:
    authorize(request, "people:read", bootstrap.now(), keys=bootstrap.keys())
    page = read_people_list(request.query)
    found = list_people(page.limit, page.after, lists=bootstrap.people_lists(), people=bootstrap.people())
    return json_response(200, found_view(found, ALL))


def search(request: Request) -> HttpResponse:
    authorize(request, "people:read", bootstrap.now(), keys=bootstrap.keys())
    sought, page = read_people_search(object_within(request.event, ONE_ANSWER))
    found = find_people(
        sought,
        page.limit,
        page.after,
        lists=bootstrap.people_lists(),
        people=bootstrap.people(),
        suppressions=bootstrap.suppressions(),
        hash_key=bootstrap.hash_key,
    )
    return json_response(200, found_view(found, sought))


def read(request: Request) -> HttpResponse:
    person_id = _person(request, "people:read")
    found = find_standing(person_id, people=bootstrap.people(), suppressions=bootstrap.suppressions())
    return json_response(200, standing_view(found))


def read_all(request: Request) -> HttpResponse:
    person_id = _person(request, "people:read")
    after, mailbox = read_export(request.query)
    exported = export(
        person_id,
        after,
        mailbox=mailbox,
        people=bootstrap.people(),
        suppressions=bootstrap.suppressions(),
        hash_key=bootstrap.hash_key,
        ledger=bootstrap.ledger(),
        invitations=bootstrap.invitations(),
    )
    held = {each.survey for each in exported.invitations} | {each.survey for each in exported.responses}
    if held:
        check_all_readable(held, bootstrap.surveys().list())
    return json_response(200, export_view(person_id, exported, bootstrap.now()))


def delete(request: Request) -> HttpResponse:
    person_id = _person(request, "people:write")
    subtract, mailbox, unknown = read_erasure(request.query)
    erasure = Erasure(person_id, subtract, bootstrap.now(), request.id, mailbox, unknown)
    ends = erasure.now + LONGEST_ERASURE
    progress = erase(erasure, lambda: bootstrap.now() < ends, bootstrap.erase_person_deps())
    # Under the tombstone nothing new is noted; another call after a failure comes by here again.
    for person in (erasure.person, *progress.made, *(progress.also if mailbox else ())):
        forget_showings(person, bootstrap.surveys(), bootstrap.showings())
    return json_response(202 if progress.remaining else 200, erasure_view(progress))


def suppress_many(request: Request) -> HttpResponse:
    body = _body(request, ONE_BATCH)
    drafts = read_suppressions(body, bootstrap.now())
    outcomes = suppress(drafts, suppressions=bootstrap.suppressions())
    return json_response(200, {"suppressions": [{"outcome": outcome} for outcome in outcomes]})


def allow(request: Request) -> HttpResponse:
    person_id = _person(request, "people:write")
    lift(person_id, people=bootstrap.people(), suppressions=bootstrap.suppressions())
    return empty_response(204)


def _person(request: Request, scope: str) -> str:
    authorize(request, scope, bootstrap.now(), keys=bootstrap.keys())
    return check_person_id(request.path("person"))


def _body(request: Request, limit: int) -> dict[str, Any]:
    authorize(request, "people:write", bootstrap.now(), keys=bootstrap.keys())
    return object_within(request.event, limit)


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    return serve(event, ROUTES, naming=lambda person: audit_name(person, bootstrap.hash_key()))


ROUTES = {
    "PUT /v1/people/{person}": put,
    "POST /v1/people": post,
    "GET /v1/people": list_all,
    "POST /v1/people/search": search,
    "GET /v1/people/{person}": read,
    "GET /v1/people/{person}/export": read_all,
    "DELETE /v1/people/{person}": delete,
    "DELETE /v1/people/{person}/suppression": allow,
    "POST /v1/suppressions": suppress_many,
}
