"""The course of a score, of one survey or of several together."""

from typing import Any

from earshot import bootstrap
from earshot.api.http import Answer, Request, json_answer, serve
from earshot.api.score_queries import read_period, read_surveys
from earshot.api.trend_views import trend_view
from earshot.services.authorize import authorize
from earshot.services.report_trend import report_trend


def trend(request: Request) -> Answer:
    authorize(request.presented_key, "scores:read", keys=bootstrap.keys())
    query, surveys = read_surveys(request, bootstrap.surveys())
    period, population = read_period(query, bootstrap.now(), surveys)
    return json_answer(200, trend_view(report_trend(population, period, counts=bootstrap.counts())))


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    return serve(event, ROUTES)


ROUTES = {
    "GET /v1/surveys/{survey}/trend": trend,
    "GET /v1/trend": trend,
}
