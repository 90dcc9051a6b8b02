"""/v1/surveys/{survey}/campaigns: start, show, list and stop campaigns."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.campaigns import PLAN, campaign_view, check_campaign_id, read_plan
from earshot.api.http import json_response, serve
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.services.campaigns.manage_campaigns import count, find, start, stop
from earshot.services.surveys.find_survey import find_survey

if TYPE_CHECKING:
    from earshot.api.campaigns import CampaignList, CampaignView
    from earshot.api.http import HttpResponse


@route(
    "PUT /v1/surveys/{survey}/campaigns/{campaign}",
    "start_campaign",
    scope="people:write",
    body=PLAN,
    audit="start a campaign",
    access="surveys",
)
def put(request: Request) -> "HttpResponse[CampaignView]":
    campaign_id, (plan, only_count) = check_campaign_id(request.path("campaign")), read_plan(request.body)
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    deps = bootstrap.manage_campaigns_deps(request.id)
    campaign, is_new = (count if only_count else start)(survey, campaign_id, plan, deps)
    return json_response(201 if is_new else 200, campaign_view(campaign))


@route("GET /v1/surveys/{survey}/campaigns/{campaign}", "read_campaign", scope="people:read", access="surveys")
def read(request: Request) -> "HttpResponse[CampaignView]":
    found = find(request.path("survey"), request.path("campaign"), bootstrap.campaigns())
    return json_response(200, campaign_view(found))


@route("GET /v1/surveys/{survey}/campaigns", "list_campaigns", scope="people:read", access="surveys")
def list_all(request: Request) -> "HttpResponse[CampaignList]":
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    found = bootstrap.campaigns().of_survey(survey.id)
    return json_response(200, {"campaigns": [campaign_view(campaign) for campaign in found]})


@route(
    "POST /v1/surveys/{survey}/campaigns/{campaign}/stop",
    "stop_campaign",
    scope="people:write",
    audit="stop a campaign",
    access="surveys",
)
def end(request: Request) -> "HttpResponse[CampaignView]":
    deps = bootstrap.manage_campaigns_deps(request.id)
    return json_response(200, campaign_view(stop(request.path("survey"), request.path("campaign"), deps)))


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(put, read, list_all, end)
