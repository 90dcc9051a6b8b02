"""Correct and erase responses of a survey, one or many, and undo its imports."""

from time import monotonic
from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.access import admit
from earshot.api.corrections import CORRECTION, read_correction
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.imports import DECLARATION, check_import_id, import_view, read_import
from earshot.api.queries import ERASING, read_erasing
from earshot.api.request import Request
from earshot.api.response_views import erasing_view, whole_response_view
from earshot.api.responses import read_response_id
from earshot.api.route import route, routes
from earshot.domain.imports import Import
from earshot.services.access.rows import check_response
from earshot.services.responses.erase_responses import Erasure, Progress, count, erase_all
from earshot.services.responses.revise_response import Target, correct, erase
from earshot.services.responses.undo_import import Undoing, no_import, undo
from earshot.services.surveys.find_survey import check_readable, find_readable, find_survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earshot.api.imports import ImportList, ImportView
    from earshot.api.response_views import ErasingView, WholeResponseView
    from earshot.api.visitor import Visitor
    from earshot.console.reply import Reply
    from earshot.console.visit import Visit
    from earshot.domain.response import Response

# Seconds after which no further responses are counted, withdrawn or erased in a call; the function has 29, a gateway
# waits for 30.
TURN = 12


def check_within(request: Request, meant: Target) -> None:
    """Raise OutsideAccessError if a response is outside of the access of the caller."""
    if not request.caller.access.has_whole_surveys:
        found = bootstrap.ledger().find(meant.survey, meant.response)
        check_response(request.caller, found, bootstrap.people(), bootstrap.accounts)


def target(request: Request) -> Target:
    response_id = read_response_id(request.path("response"))
    return Target(request.path("survey"), response_id, bootstrap.now(), request.id, request.api_key.id)


@route(
    "PATCH /v1/surveys/{survey}/responses/{response}",
    "correct_response",
    scope="responses:write",
    body=CORRECTION,
    audit="correct a response",
    access="rows",
)
def patch(request: Request) -> "HttpResponse[WholeResponseView]":
    meant, changes = target(request), read_correction(request.body)
    return json_response(200, whole_response_view(change(request, meant, changes)))


def change(request: Request, meant: Target, changes: dict[str, Any]) -> "Response":
    """Correct a response that the caller may read and that is within their access."""
    check_readable(meant.survey, [bootstrap.surveys().get(meant.survey)])
    check_within(request, meant)
    return correct(
        meant,
        changes,
        surveys=bootstrap.tracking_surveys(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        pause=bootstrap.pause,
    )


@route(
    "POST /app/s/{survey}/responses/{response}",
    "send_response_form",
    open_because="a session says who sends it",
    access="rows",
    audit="correct a response",
)
def send_form(request: Request) -> dict[str, Any]:
    # Pages are read for a form alone.
    from earshot.console.forms import form_reply  # noqa: PLC0415
    from earshot.console.response_forms import change_response_by_form  # noqa: PLC0415

    now = bootstrap.now()

    def visitor() -> "tuple[Visitor, Mapping[str, str]]":
        return admit(request, "responses:write", now, sessions=bootstrap.sessions(), site=bootstrap.site())

    def act(visit: "Visit", fields: "Mapping[str, str]") -> "Reply":
        by = f"member:{visit.visitor.member.id}"
        meant = Target(request.path("survey"), read_response_id(request.path("response")), now, request.id, by)
        return change_response_by_form(visit, fields, lambda changes: change(request, meant, changes))

    return form_reply(request, now, visitor, bootstrap.console_deps(), act)


@route(
    "DELETE /v1/surveys/{survey}/responses/{response}",
    "erase_response",
    scope="responses:write",
    audit="erase a response",
    access="rows",
    erases=True,
)
def delete(request: Request) -> HttpResponse[None]:
    meant = target(request)
    check_within(request, meant)
    erase(
        meant,
        surveys=bootstrap.surveys(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        invitations=bootstrap.invitations(),
        alerts=bootstrap.withdraw_alerts(),
        pause=bootstrap.pause,
    )
    return empty_response(204)


@route(
    "DELETE /v1/surveys/{survey}/responses",
    "erase_responses",
    scope="responses:write",
    query=ERASING,
    audit="erase responses by span",
    access="surveys",
    erases=True,
)
def erase_many(request: Request) -> "HttpResponse[ErasingView]":
    began = monotonic()
    # A count of the responses that fit would reveal what employees wrote.
    survey = find_readable(request.path("survey"), bootstrap.surveys())
    query, confirmed = read_erasing(request.query, survey.zone)
    if confirmed is None:
        found = count(survey.id, query, lambda: monotonic() - began < TURN, responses=bootstrap.responses())
        return json_response(200, erasing_view(Progress(found, 0, found)))
    erasure = Erasure(survey.id, query, confirmed, bootstrap.now(), request.id, request.api_key.id)
    done = erase_all(erasure, lambda: monotonic() - began < TURN, bootstrap.erase_responses_deps())
    return json_response(202 if done.remaining else 200, erasing_view(done))


@route(
    "PUT /v1/surveys/{survey}/imports/{import}",
    "declare_import",
    scope="responses:write",
    body=DECLARATION,
    access="surveys",
)
def declare_import(request: Request) -> "HttpResponse[ImportView]":
    import_id, declared_fields = check_import_id(request.path("import")), read_import(request.body)
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    declared = Import(survey.id, import_id, bootstrap.now(), request.api_key.id, **declared_fields)
    return json_response(200, import_view(bootstrap.imports().declare(declared)))


@route("GET /v1/surveys/{survey}/imports/{import}", "read_import", scope="responses:read", access="surveys")
def show_import(request: Request) -> "HttpResponse[ImportView]":
    survey, import_id = request.path("survey"), request.path("import")
    found = bootstrap.imports().get(survey, import_id)
    if found is None:
        raise no_import(survey, import_id)
    return json_response(200, import_view(found))


@route("GET /v1/surveys/{survey}/imports", "list_imports", scope="responses:read", access="surveys")
def list_imports(request: Request) -> "HttpResponse[ImportList]":
    survey = find_survey(request.path("survey"), bootstrap.surveys())
    return json_response(200, {"imports": [import_view(one) for one in bootstrap.imports().of_survey(survey.id)]})


@route(
    "POST /v1/surveys/{survey}/imports/{import}/undo",
    "undo_import",
    scope="responses:write",
    audit="undo an import",
    access="surveys",
)
def undo_import(request: Request) -> "HttpResponse[ImportView]":
    began, key_id = monotonic(), request.api_key.id
    undoing = Undoing(request.path("survey"), request.path("import"), bootstrap.now(), request.id, key_id)
    done = undo(
        undoing,
        lambda: monotonic() - began < TURN,
        imports=bootstrap.imports(),
        responses=bootstrap.responses(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        pause=bootstrap.pause,
    )
    return json_response(200 if done.finished_at is not None else 202, import_view(done))


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(patch, send_form, delete, erase_many, list_imports, show_import, declare_import, undo_import)
