"""PATCH and DELETE /v1/surveys/{survey}/responses/{response}: correct, exclude, include or erase one response."""

from typing import Any

from earshot import bootstrap
from earshot.api.answers import read_response_id
from earshot.api.body import ONE_ANSWER, body_bytes, check_size, json_object
from earshot.api.corrections import read_correction
from earshot.api.http import Answer, Request, empty_answer, json_answer, serve
from earshot.api.response_views import whole_response_view
from earshot.services.authorize import authorize
from earshot.services.revise_response import Target, correct, erase


def target(request: Request) -> Target:
    key = authorize(request.presented_key, "responses:write", keys=bootstrap.keys())
    response_id = read_response_id(request.path("response"))
    return Target(request.path("survey"), response_id, bootstrap.now(), request.id, key.id)


def patch(request: Request) -> Answer:
    meant, raw = target(request), body_bytes(request.event)
    check_size(len(raw), ONE_ANSWER)
    changes = read_correction(json_object(raw))
    ports = {name: getattr(bootstrap, name)() for name in ("surveys", "ledger", "people")}
    corrected = correct(meant, changes, **ports, pause=bootstrap.pause)
    return json_answer(200, whole_response_view(corrected))


def delete(request: Request) -> Answer:
    ports = {name: getattr(bootstrap, name)() for name in ("surveys", "ledger", "people", "invitations")}
    erase(target(request), **ports, pause=bootstrap.pause)
    return empty_answer(204)


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    return serve(event, ROUTES)


ROUTES = {
    "PATCH /v1/surveys/{survey}/responses/{response}": patch,
    "DELETE /v1/surveys/{survey}/responses/{response}": delete,
}
