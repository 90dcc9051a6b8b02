"""Every refusal is a problem, and an unforeseen error reveals nothing."""

import json

import pytest

from earshot.api.http import serve
from earshot.api.problems import STATUSES
from earshot.domain import errors
from tests.unit.api.requests import event, raising, routes_with


@pytest.mark.parametrize(("kind", "status"), [(kind, status) for kind, (status, _, _) in STATUSES.items()])
def test_every_refusal_is_a_problem(kind: type[errors.EarshotError], status: int) -> None:
    made: dict[type, errors.EarshotError] = {
        errors.InvalidError: errors.InvalidError(errors.FieldError("a", "b"), errors.FieldError("c", "d")),
        errors.TooManyError: errors.TooManyError("slower", 7),
        errors.MethodNotAllowedError: errors.MethodNotAllowedError("no", ["GET"]),
    }
    reply = serve(event(), routes_with(raising(made.get(kind) or kind("why"))))
    problem = json.loads(reply["body"])
    assert (reply["statusCode"], problem["status"]) == (status, status)
    assert reply["headers"]["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["instance"] == "urn:earshot:request:r-1"


def test_an_unforeseen_error_reveals_nothing() -> None:
    reply = serve(event(), routes_with(raising(RuntimeError("secret"))))
    assert reply["statusCode"] == 500
    assert "secret" not in reply["body"]
