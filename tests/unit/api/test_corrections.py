"""What a correction may say, and how what it may not is refused."""

from typing import Any

import pytest

from earshot.api.corrections import read_correction
from earshot.domain.errors import InvalidError


def refusal(body: dict[str, Any]) -> str:
    with pytest.raises(InvalidError) as refused:
        read_correction(body)
    return str(refused.value)


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ({"score": 3, "comment": ""}, {"score": 3, "comment": None}),
        ({"score": 3, "reason": "misheard"}, {"score": 3, "reason": "misheard"}),
        ({"contact_requested": False}, {"contact_requested": False}),
        ({"excluded": True, "reason": "a test"}, {"excluded": True, "reason": "a test"}),
        ({"excluded": False, "reason": "x" * 500, "score": 0}, {"excluded": False, "reason": "x" * 500, "score": 0}),
    ],
)
def test_what_changes_is_read_with_its_reason(body: dict[str, Any], changes: dict[str, Any]) -> None:
    assert read_correction(body) == changes


@pytest.mark.parametrize(
    "body",
    [{"score": "3"}, {"score": 3, "person": "ann"}, {"comment": 5}, {"excluded": 1}, {"contact_requested": "yes"}],
)
def test_what_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    refusal(body)


@pytest.mark.parametrize("body", [{}, {"reason": "a test"}])
def test_an_empty_correction_gets_the_list_of_fields(body: dict[str, Any]) -> None:
    names = "'score', 'comment', 'properties', 'contact_requested' or 'excluded'"
    assert refusal(body) == f"nothing to correct: send {names}"


@pytest.mark.parametrize(("excluded", "done"), [(True, "excluded"), (False, "included again")])
def test_nothing_is_excluded_or_included_without_a_reason(excluded: bool, done: str) -> None:
    refused = refusal({"excluded": excluded, "score": 3})
    assert refused == f"reason: give a reason of 1 to 500 characters why the response is {done}"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, 5, None])
def test_a_reason_that_is_none_or_too_long_is_refused(reason: object) -> None:
    assert refusal({"excluded": True, "reason": reason}).startswith("reason: it ")
