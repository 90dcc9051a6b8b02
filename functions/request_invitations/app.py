"""/v1/surveys/{survey}/invitations: invite people, now or later, and return each decision with its reason."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.http import json_response, serve
from earshot.api.invitations import INVITATIONS, invitation_view, read_wishes
from earshot.api.people import check_person_id
from earshot.api.request import Request
from earshot.api.request_body import ONE_BATCH
from earshot.api.route import route, routes
from earshot.domain.errors import NotFoundError
from earshot.domain.keyed_hash import audit_name
from earshot.services.invitations.invite_people import invite
from earshot.services.invitations.respond_to_invitation import release
from earshot.services.surveys.find_survey import check_all_readable, find_survey, without_response

if TYPE_CHECKING:
    from earshot.api.http import HttpResponse
    from earshot.api.invitations import InvitationList, InvitationView, PersonInvitations


@route(
    "POST /v1/surveys/{survey}/invitations",
    "request_invitations",
    scope="people:write",
    body=INVITATIONS,
    limit=ONE_BATCH,
    audit="ask people",
    access="surveys",
)
def ask(request: Request) -> "HttpResponse[InvitationList]":
    wishes = read_wishes(request.body)
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    decided = invite(survey, wishes, bootstrap.invite_deps(request.id))
    if survey.is_employee:
        decided = [without_response(each) for each in decided]
    return json_response(202, {"invitations": [invitation_view(each, bootstrap.now()) for each in decided]})


@route(
    "GET /v1/people/{person}/invitations", "list_invitations", scope="people:read", audit="read a person's invitations"
)
def why(request: Request) -> "HttpResponse[PersonInvitations]":
    person_id = check_person_id(request.path("person"))
    decided = bootstrap.invitations().of_person(person_id)
    if not decided and bootstrap.people().get(person_id) is None:
        raise NotFoundError("there is no such person")
    shown = [each for each in decided if not each.is_anonymous]
    _check_readable({each.survey for each in shown})
    views = [invitation_view(each, bootstrap.now()) for each in shown]
    return json_response(200, {"person": person_id, "invitations": views})


def _check_readable(survey_ids: set[str]) -> None:
    check_all_readable(survey_ids, (bootstrap.surveys().get(survey_id) for survey_id in sorted(survey_ids)))


@route(
    "POST /v1/people/{person}/invitations/{invitation}/release",
    "release_submissions",
    scope="responses:write",
    audit="release responses from quarantine",
)
def release_submissions(request: Request) -> "HttpResponse[InvitationView]":
    found = bootstrap.invitations().get(check_person_id(request.path("person")), request.path("invitation"))
    if found is None or found.is_anonymous:
        raise NotFoundError("there is no such invitation")
    _check_readable({found.survey})
    queue = bootstrap.submission_queue("EARSHOT_LINK_QUEUE")
    released = release(found, bootstrap.now(), invitations=bootstrap.invitations(), queue=queue)
    return json_response(200, invitation_view(released.invitation, bootstrap.now()))


def name_in_log(person: str) -> str:
    return audit_name(person, bootstrap.hash_key())


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now, naming=name_in_log)


ROUTES = routes(ask, why, release_submissions)
