"""Ids hold their time, sort by it, and cannot be taken for one another."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain import ids
from tests.factories import NOON, uuid7

times = st.integers(0, 2**47)


@given(times, st.binary())
def test_a_minted_id_is_canonical_and_holds_its_time(time: int, seed: bytes) -> None:
    made = ids.mint(time, seed)
    assert ids.canonical(made) == made
    assert ids.is_server_made(made)
    assert ids.milliseconds(made) == time
    assert made == ids.mint(time, seed)


@given(times, times, st.binary(), st.binary())
def test_ids_sort_by_time(one: int, other: int, seed: bytes, other_seed: bytes) -> None:
    if one < other:
        assert ids.mint(one, seed) < ids.mint(other, other_seed)


@given(times, st.binary())
def test_the_smallest_id_of_a_time_bounds_all_of_it(time: int, seed: bytes) -> None:
    assert ids.smallest(time) <= ids.mint(time, seed) < ids.smallest(time + 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9",
        "00000000-0000-0000-0000-000000000000",
        uuid7() + "0",
        uuid7().replace("-", "_"),
        "uuid " + uuid7(),
        "ü",
    ],
)
def test_what_is_no_uuid_is_none(text: str) -> None:
    assert ids.canonical(text) is None


def spellings(uuid: str) -> list[str]:
    """Return how libraries write a UUID; Python's own reads them all."""
    found = [uuid.upper(), uuid.replace("-", ""), f"{{{uuid}}}", f"urn:uuid:{uuid}", f"URN:UUID:{uuid.upper()}"]
    assert {UUID(one.lower()) for one in found} == {UUID(uuid)}
    return found


@given(st.uuids())
def test_a_uuid_has_one_spelling_however_it_is_written(uuid: UUID) -> None:
    assert {ids.spelled(one) for one in spellings(str(uuid))} == {str(uuid)}


def test_an_id_in_any_spelling_is_the_same_id() -> None:
    for one in spellings(uuid7()):
        assert ids.canonical(one) == uuid7()
        assert re.search(ids.PATTERN, one)


def test_other_versions_hold_no_time() -> None:
    assert ids.milliseconds("1b4e28ba-2fa1-41d2-883f-0016d3cca427") is None


def test_a_time_is_believed_from_seven_days_ago_to_five_minutes_ahead() -> None:
    assert ids.is_plausible(NOON - ids.FAR_PAST, NOON)
    assert not ids.is_plausible(NOON - ids.FAR_PAST - 1, NOON)
    assert ids.is_plausible(NOON + ids.FAR_FUTURE, NOON)
    assert not ids.is_plausible(NOON + ids.FAR_FUTURE + 1, NOON)
    assert not ids.is_plausible(None, NOON)
