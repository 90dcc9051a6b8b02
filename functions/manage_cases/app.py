"""/v1/cases: what alerts or people opened, until somebody has helped; each change is a fact that stays."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.access import admit
from earshot.api.case_measures import MEASURED, case_measures_view, read_measured
from earshot.api.cases import (
    CASE,
    CASES,
    FACT,
    case_view,
    listed_cases_view,
    read_case_draft,
    read_cases,
    read_fact,
)
from earshot.api.http import json_response, serve
from earshot.api.request import Request
from earshot.api.route import route, routes
from earshot.domain.access import reads_words_of_cases
from earshot.domain.case_facts import FactKind
from earshot.domain.errors import ChangedError, ForbiddenError
from earshot.metrics import count
from earshot.services.access.rows import cases_within, check_case, check_subject, first_page
from earshot.services.access.within import check_survey
from earshot.services.cases.change_case import change_case, is_unowned
from earshot.services.cases.measure_cases import measure_cases
from earshot.services.cases.open_by_hand import open_by_hand
from earshot.services.cases.read_cases import find_case, list_cases, whole
from earshot.services.surveys.find_survey import find_readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earshot.api.case_measures import CaseMeasuresView
    from earshot.api.cases import CaseList, CaseView
    from earshot.api.http import HttpResponse
    from earshot.api.visitor import Visitor
    from earshot.console.reply import Reply
    from earshot.console.visit import Visit
    from earshot.domain.case_facts import CaseChange
    from earshot.domain.cases import Case


@route("GET /v1/cases", "list_cases", scope="cases:read", query=CASES, access="rows")
def list_all(request: Request) -> "HttpResponse[CaseList]":
    query, now = read_cases(request.query), bootstrap.now()
    if query.person is not None and "people:read" not in request.api_key.scopes:
        raise ForbiddenError("listing the cases of a person needs the scope people:read")
    if query.survey is not None:
        check_survey(request.caller.access, query.survey)
    found, place = first_page(
        lambda after: list_cases(
            replace(query, after=after), now, cases=bootstrap.cases(), surveys=bootstrap.surveys()
        ),
        query.after,
        lambda page: cases_within(request.caller, page, bootstrap.cases(), bootstrap.accounts),
    )
    return json_response(200, listed_cases_view(found, place, now))


@route("POST /v1/cases", "open_case", scope="cases:write", body=CASE, audit="open a case", access="rows")
def open_one(request: Request) -> "HttpResponse[CaseView]":
    draft = read_case_draft(request.body)
    check_subject(request.caller, draft.survey, draft.person, draft.account, bootstrap.cases(), bootstrap.accounts)
    try:
        case = open_by_hand(draft, f"key:{request.key}", bootstrap.open_by_hand_deps())
    except ChangedError as exc:
        exc.current = shown(exc.current, request)
        raise
    request.about["case"] = case.id
    report(case)
    return json_response(201, shown(case, request))


@route("GET /v1/cases/{case}", "read_case", scope="cases:read", access="rows")
def read(request: Request) -> "HttpResponse[CaseView]":
    cases, ledger, surveys = bootstrap.cases(), bootstrap.ledger(), bootstrap.surveys()
    check_within(request)
    found = find_case(named(request), cases=cases, ledger=ledger, surveys=surveys)
    return json_response(200, case_view(found, bootstrap.now(), **seen_by(request)))


@route(
    "POST /v1/cases/{case}/facts",
    "note_case_fact",
    scope="cases:write",
    body=FACT,
    audit="change a case",
    access="rows",
)
def note_fact(request: Request) -> "HttpResponse[CaseView]":
    revision, change = read_fact(request.body)
    check_within(request)
    try:
        case = change_case(named(request), revision, change, f"key:{request.key}", bootstrap.change_case_deps())
    except ChangedError as exc:
        exc.current = shown(exc.current, request)
        raise
    if change.kind is FactKind.REOPENED:
        report(case)
    return json_response(201, shown(case, request))


def report(case: "Case") -> None:
    """Count a case that opens, or is opened again, and that nobody owns although there is a team."""
    about = {"case": case.id, "survey": case.survey}
    count("case opened", about, CasesUnowned=is_unowned(case, bootstrap.change_case_deps().members))


def check_within(request: Request) -> None:
    """Raise OutsideAccessError if the case in the path is outside of the access of the caller."""
    if request.caller.access.is_whole:
        return
    case = bootstrap.cases().get(named(request))
    if case is not None:
        check_case(request.caller, case, bootstrap.cases(), bootstrap.accounts)


def named(request: Request) -> str:
    """Return the id of the case in the path."""
    return request.path("case").lower()


def shown(case: "Case", request: Request) -> "CaseView":
    """Return a case with its facts and responses, as much of it as the key may see."""
    found = whole(case, cases=bootstrap.cases(), ledger=bootstrap.ledger(), surveys=bootstrap.surveys())
    return case_view(found, bootstrap.now(), **seen_by(request))


def seen_by(request: Request) -> dict[str, bool]:
    """Return whether the caller may see the person and the words of a case."""
    caller = request.caller
    return {"with_person": "people:read" in caller.scopes, "with_words": reads_words_of_cases(caller)}


@route(
    "POST /app/cases/{case}",
    "send_case_form",
    open_because="a session says who sends it",
    access="rows",
    audit="change a case",
)
def send_form(request: Request) -> dict[str, Any]:
    # Pages are read for a form alone.
    from earshot.console.case_forms import change_by_form  # noqa: PLC0415
    from earshot.console.forms import form_reply  # noqa: PLC0415

    now = bootstrap.now()

    def visitor() -> "tuple[Visitor, Mapping[str, str]]":
        return admit(request, "cases:write", now, sessions=bootstrap.sessions(), site=bootstrap.site())

    def act(visit: "Visit", fields: "Mapping[str, str]") -> "Reply":
        return change_by_form(visit, fields, lambda revision, change: changed(visit, revision, change))

    def changed(visit: "Visit", revision: int, change: "CaseChange") -> "Case":
        case = change_case(
            named(request), revision, change, f"member:{visit.visitor.member.id}", bootstrap.change_case_deps()
        )
        if change.kind is FactKind.REOPENED:
            report(case)
        return case

    return form_reply(request, now, visitor, bootstrap.console_deps(), act)


@route(
    "GET /v1/surveys/{survey}/case-measures", "read_case_measures", scope="cases:read", query=MEASURED, access="surveys"
)
def measure(request: Request) -> "HttpResponse[CaseMeasuresView]":
    survey, now = find_readable(request.path("survey"), bootstrap.surveys()), bootstrap.now()
    days, by = read_measured(request.query, now, survey)
    found = measure_cases(survey, days, by, now, cases=bootstrap.cases(), calendars=bootstrap.calendars())
    return json_response(200, case_measures_view(found))


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(list_all, open_one, read, note_fact, send_form, measure)
