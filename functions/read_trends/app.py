"""The trend of a score, of one survey or of several together, and how far its responses can be trusted."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.http import json_response, serve
from earshot.api.quality_views import quality_view
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.api.score_queries import (
    JOINT_PERIOD,
    PERIOD,
    QUALITY,
    latest_day,
    read_period,
    read_quality_window,
    read_survey_ids,
)
from earshot.api.trend_views import joint_trend_view, trend_view
from earshot.services.access.within import check_surveys, figures_within
from earshot.services.scores.report_quality import report_quality
from earshot.services.scores.report_trend import Trend, report_trend
from earshot.services.surveys.find_survey import find_all_whole_readable, find_readable

if TYPE_CHECKING:
    from earshot.api.http import HttpResponse
    from earshot.api.quality_views import QualityView
    from earshot.api.trend_views import JointTrendView, TrendView


@route("GET /v1/surveys/{survey}/trend", "read_trend", scope="scores:read", query=PERIOD, access="rows")
def trend(request: Request) -> "HttpResponse[TrendView]":
    return json_response(200, trend_view(_trend(request)))


@route("GET /v1/trend", "read_joint_trend", scope="scores:read", query=JOINT_PERIOD, access="rows")
def joint_trend(request: Request) -> "HttpResponse[JointTrendView]":
    return json_response(200, joint_trend_view(_trend(request)))


def _trend(request: Request) -> Trend:
    query, survey_ids = read_survey_ids(request)
    check_surveys(request.caller.access, survey_ids)
    surveys = find_all_whole_readable(survey_ids, bootstrap.surveys())
    period, population = read_period(query, bootstrap.now(), surveys)
    return report_trend(figures_within(request.caller.access, population), period, counts=bootstrap.counts())


@route("GET /v1/surveys/{survey}/quality", "read_quality", scope="scores:read", query=QUALITY, access="surveys")
def quality(request: Request) -> "HttpResponse[QualityView]":
    survey, now = find_readable(request.path("survey"), bootstrap.surveys()), bootstrap.now()
    window, today = read_quality_window(request.query, now, survey), latest_day(now, [survey])
    counts, funnels = bootstrap.counts(), bootstrap.funnels()
    report = report_quality(survey, window, today, counts=counts, funnels=funnels)
    return json_response(200, quality_view(report, bootstrap.people_retention_days()))


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(trend, joint_trend, quality)
