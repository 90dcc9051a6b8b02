"""Refuses what is too large for Lambda, SQS or EventBridge, in the words of AWS; MiniStack takes everything.

Loaded by ministack_main.py in the engine's own Python. SQS and EventBridge have taken 1 MB instead of 256 KB since
January 2026, in most places; what fits the smaller limit passes everywhere, so that one is held here. The batches that
Lambda takes from a queue have no limit: AWS makes them smaller until they fit.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import eventbridge, lambda_svc, sqs

MESSAGE_BYTES = 256 * 1024
REQUEST_BYTES, REPLY_BYTES = 6 * 1024 * 1024, 6 * 1024 * 1024 + 100
TIME_BYTES = 14
TOO_LARGE_REPLY = {
    "errorMessage": f"Response payload size exceeded maximum allowed payload size ({REPLY_BYTES} bytes).",
    "errorType": "Function.ResponseSizeTooLarge",
}

Reply = tuple[int, dict[str, str], bytes]


def hold_limits() -> None:
    """Put the limits in front of the services."""
    lambda_svc.handle_request = _with_limits_of_lambda(lambda_svc.handle_request)
    eventbridge.handle_request = _refusing(eventbridge.handle_request, _refused_by_eventbridge)
    sqs.handle_request = _refusing(sqs.handle_request, _refused_by_sqs)


def size_of_entry(entry: Mapping[str, Any]) -> int:
    """Return the bytes of an event as EventBridge counts them."""
    texts = (entry.get("Source", ""), entry.get("DetailType", ""), entry.get("Detail", ""), *entry.get("Resources", ()))
    return _bytes(texts) + (TIME_BYTES if entry.get("Time") is not None else 0)


def size_of_message(message: Mapping[str, Any]) -> int:
    """Return the bytes of a message as SQS counts them: its body, and its attributes with their names and types."""
    attributes: Mapping[str, Any] = message.get("MessageAttributes") or {}
    values = (text for value in attributes.values() for text in value.values() if isinstance(text, str))
    return _bytes((message.get("MessageBody", ""), *attributes, *values))


def _bytes(texts: Iterable[str]) -> int:
    return sum(len(text.encode()) for text in texts)


def _refusing(handle: Any, refused: Any) -> Any:
    async def handled(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        # What is sent is longer than what counts of it, so a short request needs no second look.
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        refusal = refused(action, json.loads(body)) if len(body) > MESSAGE_BYTES else None
        return refusal or await handle(method, path, headers, body, query)

    return handled


def _refused_by_eventbridge(action: str, request: Mapping[str, Any]) -> Any:
    if action == "PutEvents" and sum(map(size_of_entry, request["Entries"])) > MESSAGE_BYTES:
        reason = "Total size of the entries in the request is over the limit."
        return error_response_json("ValidationException", reason, 400)
    return None


def _refused_by_sqs(action: str, request: Mapping[str, Any]) -> Any:
    if action == "SendMessage" and size_of_message(request) > MESSAGE_BYTES:
        reason = f"One or more parameters are invalid. Reason: Message must be shorter than {MESSAGE_BYTES} bytes."
        return sqs._json_err_resp("InvalidParameterValue", reason, 400)
    if action == "SendMessageBatch" and (size := sum(map(size_of_message, request["Entries"]))) > MESSAGE_BYTES:
        reason = f"Batch requests cannot be longer than {MESSAGE_BYTES} bytes. You have sent {size} bytes."
        return sqs._json_err_resp("BatchRequestTooLong", reason, 400)
    return None


def _with_limits_of_lambda(handle: Any) -> Any:
    async def handled(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        invokes = method == "POST" and path.endswith("/invocations")
        most = MESSAGE_BYTES if headers.get("x-amz-invocation-type") == "Event" else REQUEST_BYTES
        if invokes and len(body) > most:
            reason = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
            return error_response_json("RequestEntityTooLargeException", reason, 413)
        reply: Reply = await handle(method, path, headers, body, query)
        if not invokes or len(reply[2]) <= REPLY_BYTES:
            return reply
        return reply[0], {**reply[1], "X-Amz-Function-Error": "Unhandled"}, json.dumps(TOO_LARGE_REPLY).encode()

    return handled
