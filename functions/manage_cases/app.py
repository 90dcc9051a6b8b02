"""/v1/cases: what alerts opened, with their responses as they are now, and how all of a survey are measured."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.case_measures import MEASURED, case_measures_view, read_measured
from earshot.api.cases import CASES, case_view, listed_cases_view, read_cases
from earshot.api.http import json_response, serve
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.domain.cases import BoardFilter
from earshot.services.cases.measure_cases import measure_cases
from earshot.services.cases.read_cases import find_case, list_cases
from earshot.services.surveys.find_survey import find_readable

if TYPE_CHECKING:
    from earshot.api.case_measures import CaseMeasuresView
    from earshot.api.cases import CaseList, CaseView
    from earshot.api.http import HttpResponse


@route("GET /v1/cases", "list_cases", scope="cases:read", query=CASES)
def list_all(request: Request) -> "HttpResponse[CaseList]":
    filters = read_cases(request.query)
    found, place = list_cases(BoardFilter(survey=filters.get("survey")), filters["cursor"], bootstrap.cases())
    return json_response(200, listed_cases_view(found, place))


@route("GET /v1/cases/{case}", "read_case", scope="cases:read")
def read(request: Request) -> "HttpResponse[CaseView]":
    found = find_case(
        request.path("case").lower(),
        cases=bootstrap.cases(),
        ledger=bootstrap.ledger(),
        surveys=bootstrap.surveys(),
    )
    scopes = request.api_key.scopes
    return json_response(
        200, case_view(found, with_person="people:read" in scopes, with_words="responses:read" in scopes)
    )


@route("GET /v1/surveys/{survey}/case-measures", "read_case_measures", scope="cases:read", query=MEASURED)
def measure(request: Request) -> "HttpResponse[CaseMeasuresView]":
    survey, now = find_readable(request.path("survey"), bootstrap.surveys()), bootstrap.now()
    days, by = read_measured(request.query, now, survey)
    found = measure_cases(survey, days, by, now, cases=bootstrap.cases(), calendars=bootstrap.calendars())
    return json_response(200, case_measures_view(found))


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(list_all, read, measure)
