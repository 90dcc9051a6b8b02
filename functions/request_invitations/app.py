"""/v1/surveys/{survey}/invitations: ask people, now or later, and say of each what was decided and why."""

from typing import Any

from earshot import bootstrap
from earshot.api.access import authorize
from earshot.api.http import HttpResponse, json_response, serve
from earshot.api.invitations import invitation_view, read_wishes
from earshot.api.people import check_person_id
from earshot.api.request import Request
from earshot.api.request_body import ONE_BATCH, object_within
from earshot.domain.errors import NotFoundError
from earshot.domain.keyed_hash import audit_name
from earshot.services.invitations.invite_people import invite
from earshot.services.invitations.respond_to_invitation import release
from earshot.services.scores.report_score import find_survey
from earshot.services.surveys.protect_employees import check_all_readable, without_answer


def ask(request: Request) -> HttpResponse:
    authorize(request, "people:write", bootstrap.now(), keys=bootstrap.keys())
    wishes = read_wishes(object_within(request.event, ONE_BATCH))
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    decided = invite(survey, wishes, bootstrap.invite_deps(request.id))
    if survey.is_employee:
        decided = [without_answer(each) for each in decided]
    return json_response(202, {"invitations": [invitation_view(each, bootstrap.now()) for each in decided]})


def why(request: Request) -> HttpResponse:
    authorize(request, "people:read", bootstrap.now(), keys=bootstrap.keys())
    person_id = check_person_id(request.path("person"))
    decided = bootstrap.invitations().of_person(person_id)
    if not decided and bootstrap.people().get(person_id) is None:
        raise NotFoundError("there is no such person")
    told = [each for each in decided if not each.is_anonymous]
    _check_readable({each.survey for each in told})
    return json_response(200, {"invitations": [invitation_view(each, bootstrap.now()) for each in told]})


def _check_readable(survey_ids: set[str]) -> None:
    check_all_readable(survey_ids, (bootstrap.surveys().get(survey_id) for survey_id in sorted(survey_ids)))


def release_presses(request: Request) -> HttpResponse:
    authorize(request, "responses:write", bootstrap.now(), keys=bootstrap.keys())
    found = bootstrap.invitations().get(request.path("person"), request.path("invitation"))
    if found is None or found.is_anonymous:
        raise NotFoundError("there is no such invitation")
    _check_readable({found.survey})
    queue = bootstrap.submission_queue("EARSHOT_LINK_QUEUE")
    released = release(found, bootstrap.now(), invitations=bootstrap.invitations(), queue=queue)
    return json_response(200, invitation_view(released.invitation, bootstrap.now()))


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    return serve(event, ROUTES, naming=lambda person: audit_name(person, bootstrap.hash_key()))


ROUTES = {
    "POST /v1/surveys/{survey}/invitations": ask,
    "GET /v1/people/{person}/invitations": why,
    "POST /v1/people/{person}/invitations/{invitation}/release": release_presses,
}
