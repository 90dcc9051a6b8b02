"""Requests are routed by the key API Gateway matched, and every response is read as what it says it is."""

import base64

import pytest

from earshot.api.http import empty_response, serve
from earshot.api.request import Request
from earshot.domain import errors
from tests.unit.api.requests import event, raising, routes_with


@pytest.mark.parametrize("arrived", ["a%25b", "100%", "ä b", "a?b", "a+b"])
def test_a_part_of_a_path_is_taken_as_it_arrived(arrived: str) -> None:
    """API Gateway has decoded it, twice: to decode it once more would make another id of it."""
    assert Request(event() | {"pathParameters": {"person": arrived}}).path("person") == arrived


def test_a_route_is_found_by_its_key() -> None:
    assert serve(event(), routes_with(lambda _: empty_response(204)))["statusCode"] == 204
    assert serve(event("GET /y"), routes_with(lambda _: empty_response(204)))["statusCode"] == 404


def test_browsers_take_every_response_as_its_declared_type() -> None:
    for route in (lambda _: empty_response(204), raising(errors.BusyError("later")), raising(ValueError("unforeseen"))):
        assert serve(event(), routes_with(route))["headers"]["x-content-type-options"] == "nosniff"


def test_a_key_comes_as_a_bearer_token_or_as_a_user() -> None:
    basic = base64.b64encode(b"key:").decode()
    assert Request(event(authorization="Bearer key")).presented_key == "key"
    assert Request(event(authorization=f"basic {basic}")).presented_key == "key"
    for wrong in ("", "Digest x", "Basic %%%", "Basic " + base64.b64encode(b"\xff").decode()):
        assert Request(event(authorization=wrong)).presented_key is None
    assert Request(event()).presented_key is None
