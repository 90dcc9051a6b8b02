"""/v1/surveys: create, read, update, close, archive and delete surveys, and decide about values of segments."""

from typing import Any

from earshot import bootstrap
from earshot.api.access import authorize
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.identity_secret import identity_secret_view, read_turn
from earshot.api.queries import read_archived
from earshot.api.request import Request
from earshot.api.request_body import ONE_ANSWER, body_bytes, check_size, json_object, object_within
from earshot.api.segment_values import read_segment_of, read_wish, values_view
from earshot.api.survey_settings import check_survey_id, read_settings
from earshot.api.views import survey_view, whole_survey_view
from earshot.domain.events import iso
from earshot.domain.survey import Survey
from earshot.services.scores.report_score import find_survey, find_whole_survey
from earshot.services.surveys.manage_segment_values import change_values, tracked_survey
from earshot.services.surveys.manage_surveys import delete, listed, put, turn_identity_secret, update
from earshot.services.surveys.protect_employees import check_readable


def list_all(request: Request) -> HttpResponse:
    authorize(request, "surveys:read", bootstrap.now(), keys=bootstrap.keys())
    found = listed(bootstrap.surveys().list(), archived=read_archived(request.query))
    return json_response(200, {"surveys": [survey_view(survey) for survey in found]})


def read(request: Request) -> HttpResponse:
    authorize(request, "surveys:read", bootstrap.now(), keys=bootstrap.keys())
    return json_response(200, whole_survey_view(find_whole_survey(request.path("survey"), bootstrap.surveys())))


def create(request: Request) -> HttpResponse:
    survey_id, settings = _settings(request, partial=False)
    survey, is_new = put(
        check_survey_id(survey_id),
        settings,
        iso(bootstrap.now()),
        surveys=bootstrap.surveys(),
        backfills=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
    )
    return json_response(201 if is_new else 200, whole_survey_view(survey))


def patch(request: Request) -> HttpResponse:
    survey_id, settings = _settings(request, partial=True)
    survey = update(
        survey_id,
        settings,
        iso(bootstrap.now()),
        surveys=bootstrap.surveys(),
        backfills=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
    )
    return json_response(200, whole_survey_view(survey))


def remove(request: Request) -> HttpResponse:
    authorize(request, "surveys:write", bootstrap.now(), keys=bootstrap.keys())
    funnels, campaigns = bootstrap.funnels(), bootstrap.campaigns()
    delete(request.path("survey"), surveys=bootstrap.surveys(), funnels=funnels, campaigns=campaigns)
    return empty_response(204)


def identity_secret(request: Request) -> HttpResponse:
    authorize(request, "identity:read", bootstrap.now(), keys=bootstrap.keys())
    return _secret_of(find_survey(request.path("survey"), bootstrap.surveys()))


def turn(request: Request) -> HttpResponse:
    authorize(request, "identity:read", bootstrap.now(), keys=bootstrap.keys())
    generation, hours = read_turn(object_within(request.event, ONE_ANSWER))
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


def _secret_of(survey: Survey) -> HttpResponse:
    secret = bootstrap.identity_tokens().secret(survey.id, survey.token_rules.generation)
    return json_response(200, identity_secret_view(survey, secret, bootstrap.now()))


def values(request: Request) -> HttpResponse:
    authorize(request, "surveys:read", bootstrap.now(), keys=bootstrap.keys())
    segment = read_segment_of(request.query)
    survey = tracked_survey(request.path("survey"), segment, bootstrap.surveys())
    check_readable(survey.id, [survey])
    return _values(survey, segment)


def decide(request: Request) -> HttpResponse:
    authorize(request, "surveys:write", bootstrap.now(), keys=bootstrap.keys())
    raw, survey_id = body_bytes(request.event), request.path("survey")
    check_size(len(raw), ONE_ANSWER)
    wish = read_wish(json_object(raw))
    check_readable(survey_id, [bootstrap.surveys().get(survey_id)])
    survey = change_values(
        survey_id,
        wish,
        iso(bootstrap.now()),
        surveys=bootstrap.surveys(),
        backfills=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
    )
    return _values(survey, wish.segment)


def _values(survey: Survey, segment: str) -> HttpResponse:
    known, counted = bootstrap.surveys().values(survey.id, segment), bootstrap.counts().candidates(survey.id, segment)
    return json_response(200, values_view(survey, segment, known, counted))


def _settings(request: Request, *, partial: bool) -> tuple[str, dict[str, Any]]:
    authorize(request, "surveys:write", bootstrap.now(), keys=bootstrap.keys())
    raw, survey_id = body_bytes(request.event), request.path("survey")
    check_size(len(raw), ONE_ANSWER)
    return survey_id, read_settings(json_object(raw), survey_id, partial=partial)


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    return serve(event, ROUTES)


ROUTES = {
    "GET /v1/surveys": list_all,
    "GET /v1/surveys/{survey}": read,
    "PUT /v1/surveys/{survey}": create,
    "PATCH /v1/surveys/{survey}": patch,
    "DELETE /v1/surveys/{survey}": remove,
    "GET /v1/surveys/{survey}/values": values,
    "PATCH /v1/surveys/{survey}/values": decide,
    "GET /v1/surveys/{survey}/identity-secret": identity_secret,
    "POST /v1/surveys/{survey}/identity-secret": turn,
}
