"""Submissions survive the queue, and garbage is known as such."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.adapters.sqs_submissions import LARGEST_MESSAGE, pack, unpack
from earshot.domain.statement import Rank, StatementKind
from tests.factories import NOON, make_submission, uuid7

submissions = st.builds(
    make_submission,
    score=st.integers(0, 10),
    kind=st.sampled_from([StatementKind.PARTIAL, StatementKind.FINAL, StatementKind.CHANGED_WITH_KEY]),
    comment=st.none() | st.text(min_size=1),
    person=st.none() | st.just("ann"),
    properties=st.dictionaries(st.text(min_size=1, max_size=9), st.text(min_size=1, max_size=9), max_size=3),
    emit_events=st.booleans(),
    rank=st.sampled_from(Rank),
    cleaned=st.booleans(),
    by=st.none() | st.just("0f1e2d3c4b5a"),
    responded_at=st.none() | st.just("2015-08-02"),
    correlation=st.just("r-1"),
    import_id=st.none() | st.just("reviews"),
    updates=st.booleans(),
)


@given(st.lists(submissions, max_size=5))
def test_what_is_packed_is_unpacked_as_it_was(many) -> None:  # type: ignore[no-untyped-def]
    assert [submission for body in pack(many) for submission in unpack(body)] == many


def test_a_message_is_never_too_large_nor_too_full() -> None:
    large = [make_submission(comment="💬" * 10_000, id=uuid7(seed=str(n))) for n in range(20)]
    bodies = list(pack(large))
    assert len(bodies) > 1
    assert all(len(body.encode()) <= LARGEST_MESSAGE for body in bodies)
    small = [make_submission(id=uuid7(seed=str(n))) for n in range(250)]
    assert [len(unpack(body)) for body in pack(small)] == [100, 100, 50]


GOOD = {"survey": "demo", "id": uuid7(), "kind": "final", "received": NOON, "score": 9}


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": "9"},
        {"score": True},
        {"score": 11},
        {"score": None},
        {"id": "x"},
        {"id": 5},
        {"kind": "odd"},
        {"survey": None},
        {"received": "now"},
        {"received": -1},
        {"comment": 5},
        {"properties": {"a": 5}},
        {"properties": []},
        {"person": {}},
        {"rank": "highest"},
        {"rank": 2},
        {"by": 5},
    ],
)
def test_garbage_is_refused(wrong: dict[str, object]) -> None:
    body = json.dumps({"version": 1, "submissions": [GOOD | wrong]})
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        unpack(body)


@pytest.mark.parametrize("body", ["", "nope", "[]", "{}", '{"version": 2, "submissions": []}', "5", '{"version": 1}'])
def test_what_is_none_of_ours_is_refused(body: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpack(body)
