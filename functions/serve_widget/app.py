"""/widget.js, and what a widget asks before it shows: its words and rules, and whether somebody known may be asked."""

from functools import cached_property
from typing import Any

from earshot import bootstrap
from earshot.api.cors import PageRequest, preflight_headers
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.request_body import body_bytes, check_size, json_object
from earshot.api.widget import (
    LARGEST_QUESTION,
    config_answer,
    read_known_person,
    read_language,
    script_answer,
    style_answer,
)
from earshot.api.widget_views import widget_view
from earshot.domain.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from earshot.domain.identity_claims import UntrustedTokenError
from earshot.domain.names import no_survey
from earshot.domain.person import is_address
from earshot.domain.survey import Survey
from earshot.pages.script import script, style
from earshot.services.invitations.check_quiet_period import answer_page


class WidgetRequest(PageRequest):
    """A request for a survey's widget; the survey is read once, for the answer and for who may read it."""

    def __init__(self, event: dict[str, Any]) -> None:
        super().__init__(event, lambda _: self._found.submission_policy if self._found else None)

    @property
    def survey(self) -> Survey:
        """Return the survey's settings; NotFoundError if there is none."""
        if self._found is None:
            raise no_survey(self.path("survey"))
        return self._found

    @cached_property
    def _found(self) -> Survey | None:
        return bootstrap.surveys().get(self.path("survey"))


def latest(request: WidgetRequest) -> HttpResponse:
    return script_answer(script(), request, seconds=3600)


def versioned(request: WidgetRequest) -> HttpResponse:
    if request.path("version") == "style.css":
        return style_answer(style(), request)
    if request.path("version") != f"{script().version}.js":
        raise NotFoundError("there is no such version of the widget any more; /widget.js is always the newest")
    return script_answer(script(), request, seconds=31_536_000, immutable=True)


def config(request: WidgetRequest) -> HttpResponse:
    language = read_language(request.query)
    survey = request.survey
    check_origin(request)
    return config_answer(widget_view(survey, language), request)


def known(request: WidgetRequest) -> HttpResponse:
    raw = body_bytes(request.event)
    check_size(len(raw), LARGEST_QUESTION)
    token, question = read_known_person(json_object(raw))
    survey, now = request.survey, bootstrap.now()
    check_origin(request)
    try:
        named = bootstrap.identity_tokens().read(survey.id, survey.token_rules, token, now)
    except UntrustedTokenError as exc:
        raise UnauthenticatedError(f"token: {exc}") from exc
    if is_address(named):
        # What is kept of them stands under the id made of the address, and no public function reads the key for that.
        return json_response(200, {"ask": bootstrap.by_address().ask(survey.id, token, question)})
    people, showings = bootstrap.known_people(), bootstrap.showings()
    return json_response(200, {"ask": answer_page(named, survey, question, now, people=people, showings=showings)})


def check_origin(request: WidgetRequest) -> None:
    if request.policy and request.policy.allowed_origin(request.origin) is None:
        raise ForbiddenError(f"pages of {request.origin!r} may not ask this survey's question")


def preflight(_: PageRequest) -> HttpResponse:
    answer = empty_response(204)
    answer["headers"] |= preflight_headers("GET, POST")
    return answer


def lambda_handler(event: dict[str, Any], _: object) -> HttpResponse:
    request = WidgetRequest(event)
    answer = serve(event, ROUTES, request)
    if "survey" in (event.get("pathParameters") or {}):
        answer["headers"] |= request.cors(answer["statusCode"])
    return answer


ROUTES = {
    "GET /widget.js": latest,
    "GET /widget/{version}": versioned,
    "GET /v1/surveys/{survey}/widget": config,
    "POST /v1/surveys/{survey}/widget": known,
    "OPTIONS /v1/surveys/{survey}/widget": preflight,
}
