"""What a key is made from, checked."""

from typing import Any

import pytest

from earshot.api.api_keys import read_key_request
from earshot.domain.access import Access, Role, scopes_of
from earshot.domain.errors import InvalidError
from earshot.services.api_keys.manage_api_keys import KeyDraft
from tests.factories import NOON

GOOD: dict[str, Any] = {"name": "ci", "scopes": ["keys"]}


def test_a_key_has_a_name_and_scopes() -> None:
    assert read_key_request(GOOD, NOON) == KeyDraft("ci", ("keys",))
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
    assert read_key_request(GOOD | {"expires_at": expected}, NOON).expires == expires


@pytest.mark.parametrize(
    "expected", ["2026-11-21", "2026-11-21T12:00:00Z", "1969-01-01", "soon", "90d", "", 90, True, []]
)
def test_a_time_that_is_over_or_none_is_refused_by_name(expected: Any) -> None:
    with pytest.raises(InvalidError) as refused:
        read_key_request(GOOD | {"expires_at": expected}, NOON)
    assert [fault.field for fault in refused.value.faults] == ["expires_at"]


def test_a_key_may_have_the_scopes_of_a_role_and_limited_access() -> None:
    asked = {"name": "ci", "role": "analyst", "access": {"surveys": ["shop"], "segment": "region=emea"}}
    access = Access(("shop",), ("region", "emea"))
    assert read_key_request(asked, NOON) == KeyDraft("ci", scopes_of(Role.ANALYST), role=Role.ANALYST, access=access)


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"name": "ci"}, "scopes: give either scopes or a role"),
        (GOOD | {"role": "analyst"}, "scopes: give either scopes or a role"),
        (GOOD | {"access": {"accounts": "own"}}, "access.accounts: an API key owns no accounts"),
    ],
)
def test_a_key_that_means_nothing_is_refused_in_words(asked: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_key_request(asked, NOON)
    assert str(refused.value.faults[0]).startswith(fault)
