"""What a key is made from, checked."""

from typing import Any

import pytest

from earshot.api.api_keys import read_key_request
from earshot.domain.errors import InvalidError
from tests.factories import NOON

GOOD: dict[str, Any] = {"name": "ci", "scopes": ["keys"]}


def test_a_key_has_a_name_and_scopes() -> None:
    assert read_key_request(GOOD, NOON) == ("ci", ["keys"], None)
    unnamed: list[dict[str, Any]] = [{"name": name, "scopes": ["keys"]} for name in ("", "a\x07")]
    for wrong in ({}, {"name": "ci", "scopes": []}, {"name": "ci", "scopes": ["*"]}, *unnamed):
        with pytest.raises(InvalidError):
            read_key_request(wrong, NOON)


@pytest.mark.parametrize(
    ("expected", "expires"),
    [
        (None, None),
        ("2026-11-22", NOON + 12 * 3_600_000),
        ("2026-11-21T12:00:01Z", NOON + 1000),
        ("2026-11-21T14:00:00+01:00", NOON + 3_600_000),
    ],
)
def test_a_key_expires_at_a_time_to_come_or_never(expected: str | None, expires: int | None) -> None:
    assert read_key_request(GOOD | {"expires_at": expected}, NOON)[2] == expires


@pytest.mark.parametrize(
    "expected", ["2026-11-21", "2026-11-21T12:00:00Z", "1969-01-01", "soon", "90d", "", 90, True, []]
)
def test_a_time_that_is_over_or_none_is_refused_by_name(expected: Any) -> None:
    with pytest.raises(InvalidError) as refused:
        read_key_request(GOOD | {"expires_at": expected}, NOON)
    assert [fault.field for fault in refused.value.faults] == ["expires_at"]
