"""/v1/surveys/{survey}/campaigns: start, show, list and stop campaigns."""

from typing import Any

from earshot import bootstrap
from earshot.api.access import authorize
from earshot.api.campaigns import campaign_view, check_campaign_id, read_plan
from earshot.api.http import HttpResponse, json_response, serve
from earshot.api.request import Request
from earshot.api.request_body import ONE_ANSWER, body_bytes, check_size, json_object
from earshot.services.campaigns.manage_campaigns import count, find, start, stop
from earshot.services.scores.report_score import find_survey


def put(request: Request) -> HttpResponse:
    authorize(request, "people:write", bootstrap.now(), keys=bootstrap.keys())
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_ANSWER)
    campaign_id, (plan, only_count) = check_campaign_id(request.path("campaign")), read_plan(json_object(raw))
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    deps = bootstrap.manage_campaigns_deps(request.id)
    campaign, is_new = (count if only_count else start)(survey, campaign_id, plan, deps)
    return json_response(201 if is_new else 200, campaign_view(campaign))


def read(request: Request) -> HttpResponse:
    authorize(request, "people:read", bootstrap.now(), keys=bootstrap.keys())
    found = find(request.path("survey"), request.path("campaign"), bootstrap.campaigns())
    return json_response(200, campaign_view(found))


def list_all(request: Request) -> HttpResponse:
    authorize(request, "people:read", bootstrap.now(), keys=bootstrap.keys())
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    found = bootstrap.campaigns().of_survey(survey.id)
    return json_response(200, {"campaigns": [campaign_view(campaign) for campaign in found]})


def end(request: Request) -> HttpResponse:
    authorize(request, "people:write", bootstrap.now(), keys=bootstrap.keys())
    deps = bootstrap.manage_campaigns_deps(request.id)
    return json_response(200, campaign_view(stop(request.path("survey"), request.path("campaign"), deps)))


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    return serve(event, ROUTES)


ROUTES = {
    "PUT /v1/surveys/{survey}/campaigns/{campaign}": put,
    "GET /v1/surveys/{survey}/campaigns/{campaign}": read,
    "GET /v1/surveys/{survey}/campaigns": list_all,
    "POST /v1/surveys/{survey}/campaigns/{campaign}/stop": end,
}
