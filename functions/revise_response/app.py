"""Correct and erase responses of a survey, one or many, and undo its imports."""

from time import monotonic
from typing import Any

from earshot import bootstrap
from earshot.api.access import authorize
from earshot.api.corrections import read_correction
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.imports import check_import_id, import_view, read_import
from earshot.api.queries import read_erasing
from earshot.api.request import Request
from earshot.api.request_body import ONE_ANSWER, body_bytes, check_size, json_object
from earshot.api.response_views import whole_response_view
from earshot.api.responses import read_response_id
from earshot.domain.imports import Import
from earshot.services.responses.erase_responses import Order, Progress, count, erase_all
from earshot.services.responses.revise_response import Target, correct, erase
from earshot.services.responses.undo_import import Undoing, no_import, undo
from earshot.services.scores.report_score import find_survey
from earshot.services.surveys.protect_employees import check_readable, find_readable

# Seconds after which no further responses are counted, withdrawn or erased in a call; the function has 29, a gateway
# waits for 30.
TURN = 12


def target(request: Request) -> Target:
    key = authorize(request, "responses:write", bootstrap.now(), keys=bootstrap.keys())
    response_id = read_response_id(request.path("response"))
    return Target(request.path("survey"), response_id, bootstrap.now(), request.id, key.id)


def patch(request: Request) -> HttpResponse:
    meant, raw = target(request), body_bytes(request.event)
    check_size(len(raw), ONE_ANSWER)
    changes = read_correction(json_object(raw))
    check_readable(meant.survey, [bootstrap.surveys().get(meant.survey)])
    corrected = correct(
        meant,
        changes,
        surveys=bootstrap.tracking_surveys(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        pause=bootstrap.pause,
    )
    return json_response(200, whole_response_view(corrected))


def delete(request: Request) -> HttpResponse:
    erase(
        target(request),
        surveys=bootstrap.surveys(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        invitations=bootstrap.invitations(),
        pause=bootstrap.pause,
    )
    return empty_response(204)


def erase_many(request: Request) -> HttpResponse:
    key, began = authorize(request, "responses:write", bootstrap.now(), keys=bootstrap.keys()), monotonic()
    # Counting what fits would tell what was said.
    survey = find_readable(request.path("survey"), bootstrap.surveys())
    query, confirmed = read_erasing(request.query, survey.zone)
    if confirmed is None:
        found = count(survey.id, query, lambda: monotonic() - began < TURN, responses=bootstrap.responses())
        return json_response(200, erasing_view(Progress(found, 0, found)))
    order = Order(survey.id, query, confirmed, bootstrap.now(), request.id, key.id)
    done = erase_all(order, lambda: monotonic() - began < TURN, bootstrap.erase_responses_deps())
    return json_response(202 if done.remaining else 200, erasing_view(done))


def erasing_view(done: Progress) -> dict[str, int]:
    return {"count": done.count, "erased": done.erased, "remaining": done.remaining}


def declare_import(request: Request) -> HttpResponse:
    key = authorize(request, "responses:write", bootstrap.now(), keys=bootstrap.keys())
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_ANSWER)
    import_id, said = check_import_id(request.path("import")), read_import(json_object(raw))
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    declared = Import(survey.id, import_id, bootstrap.now(), key.id, **said)
    return json_response(200, import_view(bootstrap.imports().declare(declared)))


def show_import(request: Request) -> HttpResponse:
    authorize(request, "responses:read", bootstrap.now(), keys=bootstrap.keys())
    survey, import_id = request.path("survey"), request.path("import")
    found = bootstrap.imports().get(survey, import_id)
    if found is None:
        raise no_import(survey, import_id)
    return json_response(200, import_view(found))


def list_imports(request: Request) -> HttpResponse:
    authorize(request, "responses:read", bootstrap.now(), keys=bootstrap.keys())
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    return json_response(200, {"imports": [import_view(one) for one in bootstrap.imports().of_survey(survey.id)]})


def undo_import(request: Request) -> HttpResponse:
    key, began = authorize(request, "responses:write", bootstrap.now(), keys=bootstrap.keys()), monotonic()
    order = Undoing(request.path("survey"), request.path("import"), bootstrap.now(), request.id, key.id)
    done = undo(
        order,
        lambda: monotonic() - began < TURN,
        imports=bootstrap.imports(),
        responses=bootstrap.responses(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        pause=bootstrap.pause,
    )
    return json_response(200 if done.finished is not None else 202, import_view(done))


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    return serve(event, ROUTES)


ROUTES = {
    "PATCH /v1/surveys/{survey}/responses/{response}": patch,
    "DELETE /v1/surveys/{survey}/responses/{response}": delete,
    "DELETE /v1/surveys/{survey}/responses": erase_many,
    "GET /v1/surveys/{survey}/imports": list_imports,
    "GET /v1/surveys/{survey}/imports/{import}": show_import,
    "PUT /v1/surveys/{survey}/imports/{import}": declare_import,
    "POST /v1/surveys/{survey}/imports/{import}/undo": undo_import,
}
