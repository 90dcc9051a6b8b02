"""Event patterns match what EventBridge and Lambda match."""

from typing import Any

import pytest

from benchmarks.price.patterns import matches

EVENT = {"source": "earshot", "detail": {"tags": ["a", "b"], "name": "R#demo#1", "empty": None}}


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ({}, True),
        ({"source": ["earshot"]}, True),
        ({"source": ["aws.ses"]}, False),
        ({"source": ["aws.ses", "earshot"], "detail": {"tags": ["b"]}}, True),
        ({"detail": {"tags": ["c"]}}, False),
        ({"detail": {"name": [{"prefix": "R#"}]}}, True),
        ({"detail": {"name": [{"prefix": "S#"}]}}, False),
        ({"detail": {"name": [{"suffix": "#1"}]}}, True),
        ({"source": [{"anything-but": ["earshot"]}]}, False),
        ({"source": [{"anything-but": {"prefix": "aws."}}]}, True),
        ({"missing": [{"anything-but": "a"}]}, False),
        ({"missing": [{"exists": False}], "source": [{"exists": True}]}, True),
        ({"missing": {"deep": ["a"]}}, False),
        ({"detail": {"empty": [None]}}, True),
        ({"$or": [{"source": ["x"]}, {"detail": {"tags": ["a"]}}]}, True),
        ({"$or": [{"source": ["x"]}], "detail": {"tags": ["a"]}}, False),
    ],
)
def test_a_pattern_fits_what_has_one_of_its_values(pattern: dict[str, Any], fits: bool) -> None:
    assert matches(pattern, EVENT) is fits


def test_an_operator_that_is_not_known_is_an_error_and_no_guess() -> None:
    with pytest.raises(ValueError, match="wildcard"):
        matches({"source": [{"wildcard": "*"}]}, EVENT)
