"""POST /v1/surveys/{survey}/responses: check an answer, or a key's batch, and queue it."""

from typing import Any

from earshot import bootstrap
from earshot.api.answers import Arrival, read_answer, read_batch
from earshot.api.body import ONE_ANSWER, ONE_BATCH, body_bytes, check_size, json_object
from earshot.api.http import Answer, Request, empty_answer, json_answer, serve
from earshot.metrics import count
from earshot.services.accept_answers import accept, check_open
from earshot.services.authorize import authorize

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "86400",
}


def submit(request: Request) -> Answer:
    raw = body_bytes(request.event)
    check_size(len(raw), ONE_BATCH if request.brings_key else ONE_ANSWER)
    if request.brings_key:
        authorize(request.presented_key, "responses:write", keys=bootstrap.keys())
    body, survey = json_object(raw), request.path("survey")
    arrival = Arrival(survey, bootstrap.now(), request.brings_key, request.id, bootstrap.new_id)
    if request.brings_key and "responses" in body:
        submissions, sent = read_batch(body, arrival)
        answer = {"ids": sent, "accepted": len(sent)}
    else:
        check_size(len(raw), ONE_ANSWER)
        submission, sent_id = read_answer(body, arrival)
        submissions, answer = [submission], {"id": sent_id}
    check_open(survey, door=bootstrap.door())
    accept(submissions, queue=bootstrap.submission_queue())
    count(AnswersAccepted=len(submissions))
    return json_answer(202, answer)


def preflight(_: Request) -> Answer:
    return empty_answer(204)


def lambda_handler(event: dict[str, Any], _: object) -> Answer:
    answer = serve(event, ROUTES)
    answer["headers"] |= CORS
    count(AnswersRefused=answer["statusCode"] >= 400)
    return answer


ROUTES = {
    "POST /v1/surveys/{survey}/responses": submit,
    "OPTIONS /v1/surveys/{survey}/responses": preflight,
}
