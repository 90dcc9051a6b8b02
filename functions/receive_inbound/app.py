"""POST /v1/inbound/{destination}: take a signed call from outside that changes a case, and queue it."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.http import json_response, serve
from earshot.api.inbound import CALL, LARGEST_CALL, check_json, read_call
from earshot.api.request import Request
from earshot.api.request_body import body_bytes, check_size, json_object
from earshot.api.route import route, routes
from earshot.observability import logger
from earshot.services.cases.receive_inbound import queue_call, verified

if TYPE_CHECKING:
    from earshot.api.http import HttpResponse
    from earshot.api.inbound import InboundReply


@route(
    "POST /v1/inbound/{destination}",
    "receive_inbound",
    open_because="a signature shows who calls",
    body=CALL,
    limit=LARGEST_CALL,
)
def receive(request: Request) -> "HttpResponse[InboundReply]":
    raw = body_bytes(request.event)
    check_size(len(raw), LARGEST_CALL)
    destination, deps = request.path("destination"), bootstrap.receive_call_deps()
    signed = verified(destination, request.headers, raw, deps)
    check_json(request.headers)
    call = read_call(json_object(raw), destination, signed, deps.now, request.id)
    is_new = queue_call(call, deps)
    logger.info("call taken", destination=destination, case=call.case, is_new=is_new, correlation_id=request.id)
    return json_response(202, {"id": signed.id})


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES)


ROUTES = routes(receive)
