"""What HubSpot's refusals mean: who has to act, how long to wait, and no word of what was sent."""

from typing import Any

import pytest

from earshot.adapters.destinations.hubspot_api import failure_of
from earshot.domain.delivery_outcome import Ambiguous, DestinationBroken, Down, Outcome, Rejected, Throttled
from tests.factories import NOON


def failure(status: int, error: Any = None, sent: Any = None, **headers: str) -> Outcome:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return failure_of(status, named, error or {}, sent or {}, NOON)


@pytest.mark.parametrize(
    ("status", "error", "headers", "wait"),
    [
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10_000),
        (429, {}, {}, 10_000),
        (429, {"policyName": "DAILY"}, {}, 900_000),
        (429, {"policyName": "DAILY"}, {"retry_after": "3600"}, 3_600_000),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, {"retry_after": "3"}, 3_000),
        (423, {}, {}, 2_000),
        (477, {}, {}, 60_000),
        (477, {}, {"retry_after": "7200"}, 7_200_000),
        (503, {}, {"retry_after": "5"}, 5_000),
    ],
)
def test_it_waits_as_long_as_is_asked_for(status: int, error: Any, headers: dict[str, str], wait: int) -> None:
    assert failure(status, error, **headers) == Throttled(NOON + wait, status)


def test_a_refused_token_breaks_the_destination() -> None:
    outcome = failure(401, {"category": "EXPIRED_AUTHENTICATION", "message": "token pat-na1-secret"})
    assert isinstance(outcome, DestinationBroken)
    assert (outcome.cause, "pat-" in outcome.reason) == ("auth", False)


@pytest.mark.parametrize(
    "error",
    [
        {"errors": [{"context": {"requiredGranularScopes": ["tickets", "crm.objects.contacts.write"]}}]},
        {"context": {"missingScopes": ["crm.objects.contacts.write", "tickets"]}},
        {"context": {"requiredScopes": ["tickets", "no scope: <b>"], "user": ["ann"]}, "errors": ["text", {}]},
    ],
)
def test_missing_scopes_are_named_wherever_they_stand(error: dict[str, Any]) -> None:
    outcome = failure(403, {"category": "MISSING_SCOPES", **error})
    assert isinstance(outcome, DestinationBroken)
    assert "tickets" in outcome.reason
    assert "<b>" not in outcome.reason
    assert "ann" not in outcome.reason


def test_a_403_for_another_reason_stops_one_delivery_alone() -> None:
    assert isinstance(failure(403, {"category": "FORBIDDEN"}), Rejected)


@pytest.mark.parametrize(
    "error",
    [
        {"errors": [{"in": "region", "message": "required"}]},
        {"context": {"propertyName": ["region"]}},
        {"errors": [{"context": {"propertyNames": ["region", "late"]}}]},
        {"message": 'Property values were not valid: [{"isValid":false,"message":"late","name":"region"}]'},
    ],
)
def test_the_properties_of_a_refusal_are_named_without_values(error: dict[str, Any]) -> None:
    outcome = failure(400, {"category": "VALIDATION_ERROR", **error}, sent={"inputs": [{"properties": {"c": "late"}}]})
    assert outcome == Rejected("HubSpot refuses the contents (VALIDATION_ERROR); look at the properties region", 400)


@pytest.mark.parametrize(
    "error",
    [
        {},
        {"category": ["x"]},
        {"category": "<b>", "errors": {"in": "region"}},
        {"context": ["region"], "errors": [None, 1], "message": None},
    ],
)
def test_an_error_of_any_form_is_read(error: dict[str, Any]) -> None:
    assert failure(400, error) == Rejected("HubSpot refuses the contents (400)", 400)


@pytest.mark.parametrize("status", [200, 207, 500, 502, 503, 504])
def test_what_settles_nothing_is_tried_again(status: int) -> None:
    assert isinstance(failure(status), Ambiguous)


@pytest.mark.parametrize("status", [301, 404, 405, 409, 415])
def test_the_rest_means_what_it_means_everywhere(status: int) -> None:
    assert isinstance(failure(status), Rejected)
    assert isinstance(failure(425), Down)
