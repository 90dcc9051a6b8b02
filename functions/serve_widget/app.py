"""/widget.js, and what a widget requests: its texts and rules, and whether a known visitor may be asked."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.cors import PageRequest, cors_headers, preflight_headers, readable_headers
from earshot.api.http import Body, HttpResponse, empty_response, json_response, serve
from earshot.api.route import route, routes
from earshot.api.widget import (
    CONFIG_QUERY,
    KNOWN_PERSON,
    LARGEST_QUESTION,
    config_response,
    read_known_person,
    read_language,
    script_response,
    style_response,
)
from earshot.api.widget_views import widget_view
from earshot.domain.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from earshot.domain.identity_claims import UntrustedTokenError
from earshot.domain.names import no_survey
from earshot.domain.person_id import is_address
from earshot.domain.survey import Survey
from earshot.pages.script import script, style
from earshot.services.invitations.show_widget_question import may_show_question

if TYPE_CHECKING:
    from earshot.api.widget import MayAsk
    from earshot.api.widget_views import WidgetConfigView


@route("GET /widget.js", "read_widget", open_because="a page loads it")
def latest(request: PageRequest) -> "HttpResponse[str]":
    return script_response(script(), request, seconds=3600)


@route("GET /widget/{version}", "read_widget_version", open_because="a page loads it")
def versioned(request: PageRequest) -> "HttpResponse[str]":
    if request.path("version") == "style.css":
        return style_response(style(), request)
    if request.path("version") != f"{script().version}.js":
        raise NotFoundError("this version of the widget is no longer served; /widget.js is always the newest")
    return script_response(script(), request, seconds=31_536_000, immutable=True)


@route(
    "GET /v1/surveys/{survey}/widget",
    "read_widget_config",
    open_because="a page shows it to its visitors",
    query=CONFIG_QUERY,
)
def config(request: PageRequest) -> "HttpResponse[WidgetConfigView]":
    language = read_language(request.query)
    survey = admitting_survey(request)
    return readable(config_response(widget_view(survey, language), request), survey, request)


@route(
    "POST /v1/surveys/{survey}/widget",
    "ask_known_person",
    open_because="a page asks about a person whom its server signed",
    body=KNOWN_PERSON,
    limit=LARGEST_QUESTION,
)
def known(request: PageRequest) -> "HttpResponse[MayAsk]":
    token, question = read_known_person(request.body)
    survey, now = admitting_survey(request), bootstrap.now()
    try:
        named = bootstrap.identity_tokens().read(survey.id, survey.token_rules, token, now)
    except UntrustedTokenError as exc:
        raise UnauthenticatedError(f"token: {exc}") from exc
    if is_address(named):
        # Their data is under the id made of the address, and no public function may read the key for that.
        may_ask = bootstrap.by_address().ask(survey.id, token, question)
    else:
        people, showings = bootstrap.known_people(), bootstrap.showings()
        may_ask = may_show_question(named, survey, question, now, people=people, showings=showings)
    return readable(json_response(200, {"ask": may_ask}), survey, request)


def admitting_survey(request: PageRequest) -> Survey:
    """Read the survey in the path; NotFoundError if there is none, ForbiddenError if it does not admit the page."""
    survey = bootstrap.surveys().get(request.path("survey"))
    if survey is None:
        raise no_survey(request.path("survey"))
    if survey.submission_policy.allowed_origin(request.origin) is None:
        raise ForbiddenError(f"pages of {request.origin!r} may not show this survey")
    return survey


def readable(response: HttpResponse[Body], survey: Survey, request: PageRequest) -> HttpResponse[Body]:
    """Add the CORS headers for the origins that a survey allows."""
    response["headers"] |= cors_headers(survey.submission_policy, request)
    return response


@route("OPTIONS /v1/surveys/{survey}/widget", "allow_widgets", open_because="a browser asks before it posts")
def preflight(_: PageRequest) -> HttpResponse[None]:
    response = empty_response(204)
    response["headers"] |= preflight_headers("GET, POST")
    return response


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    response = serve(event, ROUTES, PageRequest(event))
    if "survey" in (event.get("pathParameters") or {}):
        response["headers"] |= readable_headers(response["statusCode"])
    return response


ROUTES = routes(latest, versioned, config, known, preflight)
