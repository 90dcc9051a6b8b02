"""Requests are routed by the key API Gateway matched, and every refusal is a problem."""

import base64
import json
from typing import Any

import pytest

from earshot.api.http import empty_response, serve
from earshot.api.paths import route_key, unmatched
from earshot.api.problems import STATUSES
from earshot.api.request import Request
from earshot.api.route import Route
from earshot.domain import errors


def event(route: str = "GET /x", **headers: str) -> dict[str, Any]:
    return {"routeKey": route, "headers": headers, "requestContext": {"requestId": "r-1"}}


def raising(error: Exception) -> Any:
    def route(_: Request) -> dict[str, Any]:
        raise error

    return route


@pytest.mark.parametrize(
    ("sent", "meant"), [("a%25b", "a%b"), ("a%2525b", "a%25b"), ("100%25", "100%"), ("ä b", "ä b")]
)
def test_a_percent_sign_in_a_path_is_what_was_meant(sent: str, meant: str) -> None:
    """API Gateway decodes every escape but its own."""
    assert Request(event() | {"pathParameters": {"person": sent}}).path("person") == meant


def answering(handler: Any) -> dict[str, Route]:
    return {"GET /x": Route("GET /x", "read_x", handler)}


def test_a_route_is_found_by_its_key() -> None:
    assert serve(event(), answering(lambda _: empty_response(204)))["statusCode"] == 204
    assert serve(event("GET /y"), answering(lambda _: empty_response(204)))["statusCode"] == 404


def test_a_browser_reads_every_answer_as_what_it_says_it_is() -> None:
    for route in (lambda _: empty_response(204), raising(errors.BusyError("later")), raising(ValueError("unforeseen"))):
        assert serve(event(), answering(route))["headers"]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("kind", "status"), [(kind, status) for kind, (status, _, _) in STATUSES.items()])
def test_every_refusal_is_a_problem(kind: type[errors.EarshotError], status: int) -> None:
    made: dict[type, errors.EarshotError] = {
        errors.InvalidError: errors.InvalidError(errors.FieldError("a", "b"), errors.FieldError("c", "d")),
        errors.TooManyError: errors.TooManyError("slower", 7),
        errors.MethodNotAllowedError: errors.MethodNotAllowedError("no", ["GET"]),
    }
    answer = serve(event(), answering(raising(made.get(kind) or kind("why"))))
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["status"]) == (status, status)
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["instance"] == "urn:earshot:request:r-1"


def test_what_nobody_foresaw_tells_nothing() -> None:
    answer = serve(event(), answering(raising(RuntimeError("secret"))))
    assert answer["statusCode"] == 500
    assert "secret" not in answer["body"]


def test_a_key_comes_as_a_bearer_token_or_as_a_user() -> None:
    basic = base64.b64encode(b"key:").decode()
    assert Request(event(authorization="Bearer key")).presented_key == "key"
    assert Request(event(authorization=f"basic {basic}")).presented_key == "key"
    for wrong in ("", "Digest x", "Basic %%%", "Basic " + base64.b64encode(b"\xff").decode()):
        assert Request(event(authorization=wrong)).presented_key is None
    assert Request(event()).presented_key is None


def test_an_unmatched_path_tells_its_methods() -> None:
    error = unmatched("DELETE", "/v1/surveys")
    assert isinstance(error, errors.MethodNotAllowedError)
    assert error.allowed == ("GET",)
    assert isinstance(unmatched("GET", "/v2"), errors.NotFoundError)
    assert isinstance(unmatched("GET", "/v1/surveys/a/b"), errors.NotFoundError)


@pytest.mark.parametrize("cut", [70, 40])
def test_a_key_that_was_sent_in_a_wrong_place_is_hidden_in_the_refusal(cut: int) -> None:
    secret = f"earshot_0f1e2d3c4b5a_{'c0ffee' * 8}"[:cut]
    refused = errors.InvalidError(
        errors.FieldError(secret, "there is no such field"), errors.FieldError("a", f"{secret!r} is no")
    )
    for error in (refused, errors.NotFoundError(f"there is no {secret}")):
        answer = serve(event(), answering(raising(error)))
        assert "earshot_0f1e2d3c4b5a_…" in json.loads(answer["body"])["detail"]
        assert "c0ffee" not in answer["body"]


def test_the_key_of_a_route_is_that_of_the_path_with_fewer_parts_that_vary() -> None:
    assert route_key("POST", "/v1/people/search") == "POST /v1/people/search"
    assert route_key("GET", "/v1/people/search") == "GET /v1/people/{person}"
    assert route_key("PATCH", "/v1/people/search") == route_key("GET", "/v2") == "$default"
