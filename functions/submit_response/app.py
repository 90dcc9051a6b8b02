"""POST /v1/surveys/{survey}/responses: check an answer, or a key's batch, and queue it."""

from collections.abc import Callable
from typing import Any

from earshot import bootstrap, widget_bootstrap
from earshot.api.access import authorize
from earshot.api.answers import Arrival, read_answer, read_batch, read_options
from earshot.api.body import ONE_ANSWER, ONE_BATCH, body_bytes, check_size, json_object, lenient_object
from earshot.api.cleaning import Cleaning
from earshot.api.cors import PageRequest, preflight_headers
from earshot.api.http import Answer, empty_answer, json_answer, serve
from earshot.metrics import count
from earshot.services.accept_answers import accept, check_entrance, check_import
from earshot.services.limit_rate import limit_rate


def submit(request: PageRequest) -> Answer:
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_BATCH if request.brings_key else ONE_ANSWER)
    key, only_checks, cleans = None, False, True
    if request.brings_key:
        key = authorize(request, "responses:write", bootstrap.now(), keys=bootstrap.keys()).id
        only_checks, cleans = read_options(request.query)
    body, survey = lenient_object(raw) if cleans else json_object(raw), request.path("survey")
    entrance = check_entrance(survey, request.entrance, request.origin)
    cleaning = Cleaning(survey, entrance.segments) if cleans else None
    keyed, now = key is not None, bootstrap.now()
    reads = identify(survey), key, cleaning, entrance.timezone
    arrival = Arrival(survey, now, keyed, request.id, bootstrap.id_at, *reads)
    if keyed and "responses" in body:
        submissions, sent = read_batch(body, arrival)
        if submissions[0].import_id is not None:
            check_import(survey, submissions[0].import_id, imports=bootstrap.imports())
        answer: dict[str, Any] = {"ids": sent, "accepted": len(sent)}
    else:
        check_size(len(raw), ONE_ANSWER)
        submission, sent_id = read_answer(body, arrival)
        submissions, answer = [submission], {"id": sent_id}
    if cleaning is not None:
        answer["ignored"] = cleaning.shown()
    if not keyed:
        limits, salt = widget_bootstrap.rate_limits(), widget_bootstrap.salt()
        limit_rate(survey, request.address, entrance.rate, now, salt=salt, limits=limits)
    if only_checks:
        return json_answer(200, answer)
    accept(submissions, queue=bootstrap.submission_queue("EARSHOT_RESPONSE_QUEUE"))
    count(AnswersAccepted=len(submissions), FieldsIgnored=len(cleaning.ignored) if cleaning else 0)
    return json_answer(202, answer)


def identify(survey: str) -> Callable[[str, int], str]:
    return lambda token, at: widget_bootstrap.identities().read(survey, token, at)


def preflight(_: PageRequest) -> Answer:
    answer = empty_answer(204)
    answer["headers"] |= preflight_headers("POST")
    return answer


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    request = PageRequest(event, lambda survey: bootstrap.door().entrance(survey))
    answer = serve(event, ROUTES, request)
    answer["headers"] |= request.cors(answer["statusCode"])
    count(AnswersRefused=answer["statusCode"] >= 400)
    return answer


ROUTES = {
    "POST /v1/surveys/{survey}/responses": submit,
    "OPTIONS /v1/surveys/{survey}/responses": preflight,
}
