"""Read scores, counts, the funnel and responses with a key. Also refuses every path that does not exist."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.funnel_views import funnel_view
from earshot.api.http import HttpResponse, json_response, serve
from earshot.api.paths import unmatched
from earshot.api.person_views import page_view
from earshot.api.queries import LIST, SPAN, make_cursor, read_all_days, read_listing, read_span, wants_people
from earshot.api.request import Request
from earshot.api.response_views import whole_response_view
from earshot.api.route import route, routes
from earshot.api.score_queries import (
    BREAKDOWN,
    COMPARISON,
    JOINT_WINDOW,
    WINDOW,
    read_breakdown,
    read_comparison,
    read_survey_ids,
    read_window,
)
from earshot.api.score_views import breakdown_view, comparison_view, counts_view, joint_score_view, score_view
from earshot.domain.errors import NotFoundError
from earshot.services.access.rows import check_response, people_within, responses_within
from earshot.services.access.within import check_surveys, figures_within, holds_every_row, value_within
from earshot.services.api_keys.check_api_key import require
from earshot.services.funnel.report_funnel import report_funnel
from earshot.services.people.find_people import respondents
from earshot.services.responses.list_responses import count_responses, list_responses
from earshot.services.scores.compare_segments import compare_segments
from earshot.services.scores.report_breakdown import break_down
from earshot.services.scores.report_score import Report, ScoreScope, report, series_asked
from earshot.services.surveys.find_survey import find_all_whole_readable, find_readable, find_whole_readable

if TYPE_CHECKING:
    from earshot.api.funnel_views import FunnelView
    from earshot.api.person_views import ResponsePage
    from earshot.api.response_views import WholeResponseView
    from earshot.api.score_views import BreakdownView, CountsView, JointScoreView, ScoreView, SegmentComparisonView


@route("GET /v1/surveys/{survey}/nps", "read_score", scope="scores:read", query=WINDOW, access="rows")
def nps(request: Request) -> "HttpResponse[ScoreView]":
    return json_response(200, score_view(_report(request)))


@route("GET /v1/nps", "read_joint_score", scope="scores:read", query=JOINT_WINDOW, access="rows")
def joint_nps(request: Request) -> "HttpResponse[JointScoreView]":
    return json_response(200, joint_score_view(_report(request)))


def _report(request: Request) -> Report:
    query, survey_ids = read_survey_ids(request)
    check_surveys(request.caller.access, survey_ids)
    surveys = find_all_whole_readable(survey_ids, bootstrap.surveys())
    window, population = read_window(query, bootstrap.now(), surveys)
    return report(figures_within(request.caller.access, population), window, counts=bootstrap.counts())


@route("GET /v1/surveys/{survey}/breakdown", "read_breakdown", scope="scores:read", query=BREAKDOWN, access="rows")
def breakdown(request: Request) -> "HttpResponse[BreakdownView]":
    survey = find_whole_readable(request.path("survey"), bootstrap.surveys())
    by, basis, window = read_breakdown(request.query, bootstrap.now(), survey)
    only = value_within(request.caller.access, survey, by)
    return json_response(200, breakdown_view(break_down(survey, by, basis, window, only, counts=bootstrap.counts())))


@route(
    "GET /v1/surveys/{survey}/segments/{property}",
    "compare_segments",
    scope="scores:read",
    query=COMPARISON,
    access="rows",
)
def segments(request: Request) -> "HttpResponse[SegmentComparisonView]":
    survey = find_whole_readable(request.path("survey"), bootstrap.surveys())
    basis, window = read_comparison(request.query, bootstrap.now(), survey)
    by = request.path("property")
    only = value_within(request.caller.access, survey, by)
    found = compare_segments(survey, by, basis, window, only, counts=bootstrap.counts())
    return json_response(200, comparison_view(found))


@route("GET /v1/surveys/{survey}/counts", "read_counts", scope="scores:read", query=SPAN, access="rows")
def counts(request: Request) -> "HttpResponse[CountsView]":
    survey = find_whole_readable(request.path("survey"), bootstrap.surveys())
    span, segment = read_span(request.query)
    segment = figures_within(request.caller.access, ScoreScope((survey,), segment)).segment
    series, folded = series_asked(survey, segment)
    found = bootstrap.counts().days(survey.id, series, span.first, span.end)
    return json_response(200, counts_view(survey, segment, found, series if folded else ""))


@route("GET /v1/surveys/{survey}/funnel", "read_funnel", scope="scores:read", access="surveys")
def funnel(request: Request) -> "HttpResponse[FunnelView]":
    survey = find_readable(request.path("survey"), bootstrap.surveys())
    window = read_all_days(request.query, bootstrap.now(), survey.zone)
    found = report_funnel(survey, window, funnels=bootstrap.funnels(), counts=bootstrap.counts())
    return json_response(200, funnel_view(found))


@route(
    "GET /v1/surveys/{survey}/responses",
    "list_responses",
    scope="responses:read",
    query=LIST,
    audit="list responses",
    access="rows",
)
def responses(request: Request) -> "HttpResponse[ResponsePage]":
    survey = find_whole_readable(request.path("survey"), bootstrap.surveys())
    listing = read_listing(request.query, survey.id, survey.zone, bootstrap.now())
    expanded = wants_people(request.query)
    for needed, is_needed in (("people:read", expanded or listing.account), ("cases:read", listing.case)):
        if is_needed:
            require(request.api_key, needed)
    caller, access = request.caller, request.caller.access
    if listing.query.segment is None and access.segment is not None:
        listing = replace(listing, query=replace(listing.query, segment=access.segment))
    page = list_responses(survey, listing, bootstrap.list_responses_deps())
    shown = replace(page, rows=responses_within(caller, page.rows, bootstrap.people(), bootstrap.accounts))
    is_whole = holds_every_row(access, listing.query.segment)
    counted = count_responses(survey, listing, shown, counts=bootstrap.counts(), is_whole=is_whole)
    people = None
    if expanded:
        people = people_within(caller, respondents(shown.rows, people=bootstrap.people()), bootstrap.accounts)
    cursor = make_cursor(page.below, survey.id, request.query, page.score)
    return json_response(200, page_view(shown.rows, people, cursor, counted))


@route("GET /v1/surveys/{survey}/responses/{response}", "read_response", scope="responses:read", access="rows")
def response(request: Request) -> "HttpResponse[WholeResponseView]":
    survey = find_readable(request.path("survey"), bootstrap.surveys())
    found = bootstrap.ledger().find(survey.id, request.path("response").lower())
    check_response(request.caller, found, bootstrap.people(), bootstrap.accounts)
    if found is None:
        raise NotFoundError(f"there is no such response in the survey {survey.id!r}; a new one takes a moment")
    return json_response(200, whole_response_view(found))


@route("$default", "unknown", open_because="it only refuses")
def unknown(request: Request) -> HttpResponse[None]:
    http = request.event["requestContext"]["http"]
    raise unmatched(http["method"], http["path"])


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(nps, joint_nps, breakdown, segments, counts, funnel, responses, response, unknown)
