"""Paths: the methods of each, and the key of a route."""

import json

import pytest

from earshot.api.http import serve
from earshot.api.paths import route_key, unmatched
from earshot.domain import errors
from tests.unit.api.requests import event, raising, routes_with


def test_an_unmatched_path_lists_its_methods() -> None:
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
        reply = serve(event(), routes_with(raising(error)))
        assert "earshot_0f1e2d3c4b5a_…" in json.loads(reply["body"])["detail"]
        assert "c0ffee" not in reply["body"]


def test_the_key_of_a_route_is_that_of_the_path_with_fewer_parts_that_vary() -> None:
    assert route_key("POST", "/v1/people/search") == "POST /v1/people/search"
    assert route_key("GET", "/v1/people/search") == "GET /v1/people/{person}"
    assert route_key("PATCH", "/v1/people/search") == route_key("GET", "/v2") == "$default"
