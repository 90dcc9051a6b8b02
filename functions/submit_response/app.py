"""POST /v1/surveys/{survey}/responses: check an answer, or a key's batch, and queue it."""

from collections.abc import Callable
from typing import Any

from earshot import bootstrap, widget_bootstrap
from earshot.api.answers import Arrival, read_answer, read_batch, read_check
from earshot.api.body import ONE_ANSWER, ONE_BATCH, body_bytes, check_size, json_object
from earshot.api.cors import PageRequest, preflight_headers
from earshot.api.http import Answer, empty_answer, json_answer, serve
from earshot.metrics import count
from earshot.services.accept_answers import accept, check_entrance
from earshot.services.authorize import authorize
from earshot.services.limit_rate import limit_rate


def submit(request: PageRequest) -> Answer:
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_BATCH if request.brings_key else ONE_ANSWER)
    key = None
    if request.brings_key:
        key = authorize(request.presented_key, "responses:write", keys=bootstrap.keys()).id
    only_checks = request.brings_key and read_check(request.query)
    body, survey, keyed = json_object(raw), request.path("survey"), key is not None
    arrival = Arrival(survey, bootstrap.now(), keyed, request.id, bootstrap.new_id, identify(survey), key)
    if request.brings_key and "responses" in body:
        submissions, sent = read_batch(body, arrival)
        answer = {"ids": sent, "accepted": len(sent)}
    else:
        check_size(len(raw), ONE_ANSWER)
        submission, sent_id = read_answer(body, arrival)
        submissions, answer = [submission], {"id": sent_id}
    entrance = check_entrance(survey, request.entrance, request.origin)
    if not request.brings_key:
        limits, salt = widget_bootstrap.rate_limits(), widget_bootstrap.salt()
        limit_rate(survey, request.address, entrance.rate, arrival.received, salt=salt, limits=limits)
    if only_checks:
        return json_answer(200, answer)
    accept(submissions, queue=bootstrap.submission_queue())
    count(AnswersAccepted=len(submissions))
    return json_answer(202, answer)


def identify(survey: str) -> Callable[[str, int], str | None]:
    return lambda token, at: widget_bootstrap.identities().read(survey, token, at)


def preflight(_: PageRequest) -> Answer:
    answer = empty_answer(204)
    answer["headers"] |= preflight_headers("POST")
    return answer


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    request = PageRequest(event, lambda survey: bootstrap.door().entrance(survey))
    answer = serve(event, ROUTES, request)
    answer["headers"] |= request.cors
    count(AnswersRefused=answer["statusCode"] >= 400)
    return answer


ROUTES = {
    "POST /v1/surveys/{survey}/responses": submit,
    "OPTIONS /v1/surveys/{survey}/responses": preflight,
}
