"""/v1/surveys: create, read, update, close, archive and delete surveys, and decide about values of segments."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.identity_secret import TURN, identity_secret_view, read_turn
from earshot.api.queries import ARCHIVED, read_archived
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.api.segment_values import DECISION, SEGMENT_QUERY, read_segment_of, read_wish, values_view
from earshot.api.survey_settings import CHANGE, SETTINGS, check_survey_id, read_settings
from earshot.api.survey_views import survey_view, whole_survey_view
from earshot.domain.events import iso
from earshot.domain.survey import Survey
from earshot.services.surveys.find_survey import check_readable, find_survey, find_whole_survey
from earshot.services.surveys.manage_segment_values import change_values, tracked_survey
from earshot.services.surveys.manage_surveys import delete, listed, put, turn_identity_secret, update

if TYPE_CHECKING:
    from earshot.api.identity_secret import IdentitySecretView
    from earshot.api.segment_values import ValuesOfASegmentView
    from earshot.api.survey_views import SurveyList, SurveyView


@route("GET /v1/surveys", "list_surveys", scope="surveys:read", query=ARCHIVED, access="rows")
def list_all(request: Request) -> "HttpResponse[SurveyList]":
    found = listed(bootstrap.surveys().list(), archived=read_archived(request.query))
    access = request.caller.access
    return json_response(200, {"surveys": [survey_view(survey) for survey in found if access.has_survey(survey.id)]})


@route("GET /v1/surveys/{survey}", "read_survey", scope="surveys:read", access="rows")
def read(request: Request) -> "HttpResponse[SurveyView]":
    return json_response(200, whole_survey_view(find_whole_survey(request.path("survey"), bootstrap.surveys())))


@route(
    "PUT /v1/surveys/{survey}",
    "put_survey",
    scope="surveys:write",
    body=SETTINGS,
    audit="write a survey",
    access="surveys",
)
def create(request: Request) -> "HttpResponse[SurveyView]":
    survey_id, settings = _settings(request, partial=False)
    survey, is_new = put(
        check_survey_id(survey_id),
        settings,
        iso(bootstrap.now()),
        surveys=bootstrap.surveys(),
        backfills=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
    )
    return json_response(201 if is_new else 200, whole_survey_view(survey))


@route(
    "PATCH /v1/surveys/{survey}",
    "change_survey",
    scope="surveys:write",
    body=CHANGE,
    audit="write a survey",
    access="surveys",
)
def patch(request: Request) -> "HttpResponse[SurveyView]":
    survey_id, settings = _settings(request, partial=True)
    survey = update(
        survey_id,
        settings,
        iso(bootstrap.now()),
        surveys=bootstrap.surveys(),
        backfills=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
    )
    return json_response(200, whole_survey_view(survey))


@route("DELETE /v1/surveys/{survey}", "delete_survey", scope="surveys:write", audit="delete a survey", access="surveys")
def remove(request: Request) -> HttpResponse[None]:
    funnels, campaigns = bootstrap.funnels(), bootstrap.campaigns()
    delete(request.path("survey"), surveys=bootstrap.surveys(), funnels=funnels, campaigns=campaigns)
    return empty_response(204)


@route(
    "GET /v1/surveys/{survey}/identity-secret",
    "read_identity_secret",
    scope="identity:read",
    audit="read an identity secret",
    access="surveys",
)
def identity_secret(request: Request) -> "HttpResponse[IdentitySecretView]":
    return _secret_of(find_survey(request.path("survey"), bootstrap.surveys()))


@route(
    "POST /v1/surveys/{survey}/identity-secret",
    "turn_identity_secret",
    scope="identity:read",
    body=TURN,
    audit="turn an identity secret",
    access="surveys",
)
def turn(request: Request) -> "HttpResponse[IdentitySecretView]":
    generation, hours = read_turn(request.body)
    now = bootstrap.now()
    survey = turn_identity_secret(
        request.path("survey"),
        generation,
        hours,
        now,
        iso(now),
        surveys=bootstrap.surveys(),
        backfills=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
    )
    return _secret_of(survey)


def _secret_of(survey: Survey) -> "HttpResponse[IdentitySecretView]":
    secret = bootstrap.identity_tokens().secret(survey.id, survey.token_rules.generation)
    return json_response(200, identity_secret_view(survey, secret, bootstrap.now()))


@route("GET /v1/surveys/{survey}/values", "read_values", scope="surveys:read", query=SEGMENT_QUERY, access="surveys")
def values(request: Request) -> "HttpResponse[ValuesOfASegmentView]":
    segment = read_segment_of(request.query)
    survey = tracked_survey(request.path("survey"), segment, bootstrap.surveys())
    check_readable(survey.id, [survey])
    return _values(survey, segment)


@route(
    "PATCH /v1/surveys/{survey}/values",
    "decide_about_values",
    scope="surveys:write",
    body=DECISION,
    audit="decide about values of a segment",
    access="surveys",
)
def decide(request: Request) -> "HttpResponse[ValuesOfASegmentView]":
    survey_id, wish = request.path("survey"), read_wish(request.body)
    check_readable(survey_id, [bootstrap.surveys().get(survey_id)])
    survey = change_values(
        survey_id,
        wish,
        iso(bootstrap.now()),
        surveys=bootstrap.surveys(),
        backfills=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
    )
    return _values(survey, wish.segment)


def _values(survey: Survey, segment: str) -> "HttpResponse[ValuesOfASegmentView]":
    known, counted = bootstrap.surveys().values(survey.id, segment), bootstrap.counts().candidates(survey.id, segment)
    return json_response(200, values_view(survey, segment, known, counted))


def _settings(request: Request, *, partial: bool) -> tuple[str, dict[str, Any]]:
    survey_id = request.path("survey")
    settings = read_settings(request.body, survey_id, partial=partial)
    if cases := request.body.get("cases"):
        from earshot.services.surveys.check_case_names import check_case_names  # noqa: PLC0415 - few requests do

        check_case_names(cases, bootstrap.members, bootstrap.calendars)
    return survey_id, settings


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(list_all, read, create, patch, remove, values, decide, identity_secret, turn)
