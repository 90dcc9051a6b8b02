"""POST /v1/surveys/{survey}/responses: check a response, or a key's batch, and queue it."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.cors import PageRequest, cors_headers, preflight_headers, readable_headers
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.request_body import ONE_BATCH, ONE_RESPONSE, body_bytes, check_size, json_object, lenient_object
from earshot.api.responses import (
    OPTIONS,
    SUBMISSION,
    Arrival,
    ReadResponse,
    of_person,
    read_batch,
    read_options,
    read_response,
    without_person,
)
from earshot.api.route import route, routes
from earshot.api.schema import Cleaning
from earshot.api.viewer_address import viewer_address
from earshot.domain.errors import HeldError, TooManyError
from earshot.domain.identity_claims import ExpiredTokenError, TokenRules, UntrustedTokenError
from earshot.domain.person_id import is_address
from earshot.domain.submission import Submission
from earshot.domain.submission_policy import SubmissionPolicy, weight_of
from earshot.metrics import Gathered, count
from earshot.observability import logger
from earshot.services.responses.limit_rate import Unsigned, check_memory, limit_person, limit_unsigned
from earshot.services.responses.submit_responses import check_import, check_submission_policy, enqueue

if TYPE_CHECKING:
    from earshot.api.responses import SubmittedBatch, SubmittedResponse

REFUSALS = Gathered()


@route(
    "POST /v1/surveys/{survey}/responses",
    "submit_response",
    scope="responses:write",
    open_because="pages post the responses of their visitors",
    query=OPTIONS,
    body=SUBMISSION,
    limit=ONE_BATCH,
    access="surveys",
)
def submit(request: PageRequest) -> "HttpResponse[SubmittedResponse | SubmittedBatch]":
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_BATCH if request.brings_key else ONE_RESPONSE)
    key, only_checks, cleans = None, False, True
    if request.brings_key:
        key = request.api_key.id
        only_checks, cleans = read_options(request.query)
    body, survey = lenient_object(raw) if cleans else json_object(raw), request.path("survey")
    now = bootstrap.now()
    is_anonymous = key is None and "token" not in body
    if is_anonymous:
        salt, known = bootstrap.salt(), bootstrap.limits_known()
        check_memory(survey, address(request), now, salt=salt, memory=known)
    policies = bootstrap.recent_policies()
    # Who has a key may just have changed the survey, and an identity secret that leaked ends at once.
    found = policies.policy(survey, now) if is_anonymous else policies.current(survey, now)
    policy = check_submission_policy(survey, found, request.origin)
    cleaning = Cleaning(survey, policy.segments) if cleans else None
    keyed = key is not None
    arrival = Arrival(survey, now, keyed, request.id, bootstrap.id_at, key, cleaning, policy.timezone)
    if keyed and "responses" in body:
        read = read_batch(body, arrival)
        if (import_id := read[0].submission.import_id) is not None:
            check_import(survey, import_id, imports=bootstrap.imports())
        reply: SubmittedResponse | SubmittedBatch = {"ids": [each.sent for each in read], "accepted": len(read)}
    else:
        check_size(len(raw), ONE_RESPONSE)
        read = [read_response(body, arrival)]
        reply = {"id": read[0].sent}
    submissions = [identified(each, arrival, policy.token_rules) for each in read]
    if cleaning is not None:
        reply["ignored"] = cleaning.shown()
    if not keyed:
        limit(submissions[0], policy, request)
    if not only_checks:
        enqueue(submissions, queue=bootstrap.submission_queue("EARSHOT_RESPONSE_QUEUE"))
        ignored = len(cleaning.ignored) if cleaning else 0
        count("accepted", {"correlation_id": request.id}, ResponsesAccepted=len(submissions), FieldsIgnored=ignored)
    response = json_response(200 if only_checks else 202, reply)
    response["headers"] |= cors_headers(policy, request)
    return response


def limit(submission: Submission, policy: SubmissionPolicy, request: PageRequest) -> None:
    """Count what came without a key; TooManyError if it is too much. The log names a survey that is at its cap."""
    survey, now, statement = submission.survey, submission.first_received, submission.statement
    salt, limits, known = bootstrap.salt(), bootstrap.rate_limits(), bootstrap.limits_known()
    if statement.person is not None:
        limit_person(survey, statement.person, weight_of(statement), now, salt=salt, limits=limits, memory=known)
        return
    unsigned = Unsigned(survey, address(request), weight_of(statement), now)
    try:
        limit_unsigned(unsigned, policy, salt=salt, draw=bootstrap.draw, limits=limits, memory=known)
    except HeldError:
        REFUSALS.count(ResponsesHeld=1)
        if known.first_held(survey, now):
            logger.warning("at its hourly cap", survey=survey, cap=policy.hourly_cap, correlation_id=request.id)
        raise


def address(request: PageRequest) -> str:
    """Return the address of the visitor, for the limits of networks."""
    return viewer_address(request, bootstrap.cdn_secrets())


def identified(read: ReadResponse, arrival: Arrival, rules: TokenRules) -> Submission:
    """Return the submission with the person that its token names; anonymous without a trusted token.

    `responded_at` is not verified, so it cannot make an expired token valid.
    """
    if read.token is None:
        return read.submission
    survey, response, now = arrival.survey, read.submission.id, arrival.received
    try:
        person = bootstrap.identity_tokens().read(survey, rules, read.token, now)
    except ExpiredTokenError as over:
        if not was_shown_in_time(survey, read.token, response, over, now):
            return without_person(read, str(over), arrival)
        person = over.person
    except UntrustedTokenError as exc:
        return without_person(read, str(exc), arrival)
    return of_person(read, person, arrival)


def was_shown_in_time(survey: str, token: str, response: str, over: ExpiredTokenError, now: int) -> bool:
    """Return whether the server knows that the question was shown to the person while their token was good.

    It is looked up 30 times an hour for a person, so that an old token costs no more than none.
    """
    try:
        limit_person(
            survey,
            over.person,
            1,
            now,
            what="expired tokens",
            salt=bootstrap.salt(),
            limits=bootstrap.rate_limits(),
            memory=bootstrap.limits_known(),
        )
    except TooManyError:
        return False
    if is_address(over.person):
        # Their data is under the id made of the address, and no public function may read the key for that.
        return bootstrap.by_address().was_shown(survey, token, response)
    from earshot.services.invitations.show_widget_question import was_shown  # noqa: PLC0415 - few tokens are over

    return was_shown(over.person, survey, response, over, now, showings=bootstrap.showings())


@route("OPTIONS /v1/surveys/{survey}/responses", "preflight_response", open_because="a browser asks before it posts")
def preflight(_: PageRequest) -> HttpResponse[None]:
    response = empty_response(204)
    response["headers"] |= preflight_headers("POST")
    return response


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    response = serve(event, ROUTES, PageRequest(event), keys=bootstrap.api_keys, now=bootstrap.now)
    response["headers"] |= readable_headers(response["statusCode"])
    REFUSALS.count(ResponsesRefused=response["statusCode"] >= 400)
    return response


ROUTES = routes(submit, preflight)
