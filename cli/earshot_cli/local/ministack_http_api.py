"""Makes the engine's HTTP API reply as the one of AWS does where it is kinder, or speaks like a REST API.

Loaded by ministack_main.py in the engine's own Python. The gateway has decoded a path as AWS does and passes on what is
left, so here it is decoded once, `%` included. A function that failed is a 500 without details, one that was throttled
a 503. No more than 6 MB get into a function or out of it. Cookies come in a list of their own.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from ministack.services import apigateway, lambda_svc

# Lambda's quota for a request and for a reply, each as JSON.
PAYLOAD_BYTES = 6 * 1024 * 1024

Invoke = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
Convert = Callable[[dict[str, Any]], tuple[dict[str, Any] | None, str | None]]


def reply_as_on_aws() -> None:
    """Change how the HTTP API decodes paths, invokes functions and reads their replies."""
    apigateway.decode_http_api_path = unquote
    lambda_svc._execute_function_with_config_scope = _with_a_quota(lambda_svc._execute_function_with_config_scope)
    lambda_svc.lambda_execute_result_to_api_proxy_response = _converted(
        lambda_svc.lambda_execute_result_to_api_proxy_response
    )


def _with_a_quota(invoke: Invoke) -> Invoke:
    """Refuse a request that is too large for a function, and a reply that is too large from one."""

    def invoked(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        if not _is_of_http_api(event):
            return invoke(function, event)
        event = _with_cookies(event)
        if _size(event) > PAYLOAD_BYTES:
            return {"body": _reply(413, "Request Entity Too Large")}
        result = invoke(function, event)
        return {**result, "error": True, "body": None} if _size(result.get("body")) > PAYLOAD_BYTES else result

    return invoked


def _converted(convert: Convert) -> Convert:
    """Reply in the words of an HTTP API when a function failed or was throttled."""

    def converted(result: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
        if result.get("throttle"):
            return _reply(503, "Service Unavailable"), None
        if result.get("error"):
            return _reply(500, "Internal Server Error"), None
        return convert(result)

    return converted


def _is_of_http_api(event: Any) -> bool:
    return isinstance(event, Mapping) and event.get("version") == "2.0" and "routeKey" in event


def _with_cookies(event: dict[str, Any]) -> dict[str, Any]:
    """Move cookies out of the headers, as payload 2.0 has them."""
    headers = event.get("headers") or {}
    sent = "; ".join(value for name, value in headers.items() if name.lower() == "cookie")
    if not sent:
        return event
    others = {name: value for name, value in headers.items() if name.lower() != "cookie"}
    return {**event, "cookies": [each for each in sent.split("; ") if each], "headers": others}


def _size(content: Any) -> int:
    return len(json.dumps(content, ensure_ascii=False).encode(errors="replace"))


def _reply(status: int, message: str) -> dict[str, Any]:
    body = json.dumps({"message": message})
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": body}
