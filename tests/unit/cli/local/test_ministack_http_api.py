"""The HTTP API of the engine fails in the words of AWS's, and no payload is larger than Lambda takes."""

import importlib
import json
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

MB = 1024 * 1024
TOO_LARGE = (413, {"message": "Request Entity Too Large"})
FAILED = (500, {"message": "Internal Server Error"})


class Engine:
    """MiniStack's parts that are changed; the real ones are looked at by tests/e2e/test_strict_gateway.py."""

    def __init__(self) -> None:
        self.invoked: list[dict[str, Any]] = []
        self.result: dict[str, Any] = {"body": {"statusCode": 200, "body": "fine"}}
        self.apigateway = SimpleNamespace(decode_http_api_path=None)
        self.lambda_svc = SimpleNamespace(
            _execute_function_with_config_scope=self._invoke,
            lambda_execute_result_to_api_proxy_response=lambda result: (result["body"], None),
        )

    def _invoke(self, _: Any, event: dict[str, Any]) -> dict[str, Any]:
        self.invoked.append(event)
        return self.result

    def reply_to(self, event: dict[str, Any]) -> tuple[int, Any]:
        """Return status and body of the reply, as MiniStack makes it of what the function returned."""
        result = self.lambda_svc._execute_function_with_config_scope({}, event)
        reply, _ = self.lambda_svc.lambda_execute_result_to_api_proxy_response(result)
        assert not [name for name in reply.get("headers", {}) if name.lower().startswith("access-control")]
        return reply["statusCode"], json.loads(reply["body"]) if reply["body"].startswith("{") else reply["body"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made, services = Engine(), ModuleType("ministack.services")
    vars(services).update(apigateway=made.apigateway, lambda_svc=made.lambda_svc)
    monkeypatch.setitem(sys.modules, "ministack", ModuleType("ministack"))
    monkeypatch.setitem(sys.modules, "ministack.services", services)
    monkeypatch.delitem(sys.modules, "earshot_cli.local.ministack_http_api", raising=False)
    module = importlib.import_module("earshot_cli.local.ministack_http_api")
    monkeypatch.setitem(sys.modules, "earshot_cli.local.ministack_http_api", module)
    module.reply_as_on_aws()
    return made


def request(body: str) -> dict[str, Any]:
    return {"version": "2.0", "routeKey": "POST /x", "body": body}


def filled(make: Callable[[str], dict[str, Any]], size: int) -> dict[str, Any]:
    """Return what is made of as much text as gives it this size as JSON."""
    return make("x" * (size - len(json.dumps(make("")))))


def test_what_works_stays_as_it_is(engine: Engine) -> None:
    assert engine.reply_to(request("x")) == (200, "fine")


def test_a_path_is_decoded_once_with_every_escape(engine: Engine) -> None:
    assert engine.apigateway.decode_http_api_path("/v1/people/a%25b%3Fc%20%C3%A9") == "/v1/people/a%b?c é"


def test_a_throttled_function_is_a_503(engine: Engine) -> None:
    engine.result = {"throttle": True, "error": True, "body": {"Reason": "ConcurrentInvocationLimitExceeded"}}
    assert engine.reply_to(request("x")) == (503, {"message": "Service Unavailable"})


@pytest.mark.parametrize("body", [{"errorMessage": "secret"}, {"statusCode": 502, "body": "secret"}, None])
def test_a_function_that_failed_is_a_500_without_details(engine: Engine, body: Any) -> None:
    engine.result = {"error": True, "body": body}
    assert engine.reply_to(request("x")) == FAILED


def test_no_more_than_6_mb_get_into_a_function(engine: Engine) -> None:
    assert engine.reply_to(filled(request, 6 * MB))[0] == 200
    assert engine.reply_to(filled(request, 6 * MB + 1)) == TOO_LARGE
    assert len(engine.invoked) == 1


def test_no_more_than_6_mb_get_out_of_a_function(engine: Engine) -> None:
    def reply(body: str) -> dict[str, Any]:
        return {"statusCode": 200, "body": body}

    engine.result = {"body": filled(reply, 6 * MB)}
    assert engine.reply_to(request("x"))[0] == 200
    engine.result = {"body": filled(reply, 6 * MB + 1)}
    assert engine.reply_to(request("x")) == FAILED


def test_what_comes_from_a_queue_is_no_request(engine: Engine) -> None:
    """The engine's own limits hold there."""
    batch = {"Records": [{"body": "x" * (7 * MB)}]}
    engine.result = {"body": None}
    assert engine.lambda_svc._execute_function_with_config_scope({}, batch) == {"body": None}


def test_cookies_come_in_a_list_and_not_among_the_headers(engine: Engine) -> None:
    engine.reply_to(request("") | {"headers": {"Cookie": "a=1; b=x=y", "accept": "*/*"}})
    engine.reply_to(request("") | {"headers": {"accept": "*/*"}})
    first, second = engine.invoked
    assert (first["cookies"], first["headers"]) == (["a=1", "b=x=y"], {"accept": "*/*"})
    assert "cookies" not in second
