"""What is noted of a response: of what counts how it came about, of what does not that it was excluded."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.quality_flags import QUALITY_FLAGS, quality_flags_difference, quality_flags_of
from earshot.domain.response import Response
from earshot.domain.statement import StatementKind
from tests.factories import make_response


@pytest.mark.parametrize(
    ("said", "marks"),
    [
        ({}, ()),
        ({"seconds": 1.999}, ("timed", "speeders")),
        ({"seconds": 0.0}, ("timed", "speeders")),
        ({"seconds": 2.0}, ("timed",)),
        ({"is_repeat": True}, ("repeats",)),
        ({"cleaned": True}, ("cleaned",)),
        ({"cleaned": True, "excluded": True}, ("excluded",)),
        ({"seconds": 1.0, "excluded": True, "is_repeat": True}, ("excluded",)),
        ({"seconds": 1.0, "kind": StatementKind.ANONYMISED}, ("timed", "speeders")),
        ({"kind": StatementKind.ERASED, "score": None, "seconds": 1.0}, ()),
        ({"score": None, "excluded": True}, ()),
    ],
)
def test_quality_flags_are_derived_from_what_is_stored(said: dict[str, Any], marks: tuple[str, ...]) -> None:
    assert quality_flags_of(make_response(**said)) == marks
    assert set(marks) <= set(QUALITY_FLAGS)


responses = st.builds(
    make_response,
    st.integers(0, 10) | st.none(),
    kind=st.sampled_from(StatementKind),
    seconds=st.none() | st.sampled_from([0.5, 5.0]),
    excluded=st.booleans(),
    is_repeat=st.booleans(),
    cleaned=st.booleans(),
)


@given(st.lists(responses, min_size=1))
def test_all_changes_of_a_response_together_leave_its_quality_flags(history: list[Response]) -> None:
    sums = dict.fromkeys(QUALITY_FLAGS, 0)
    for old, new in zip([None, *history], history, strict=False):
        for mark, change in quality_flags_difference(old, new).items():
            sums[mark] += change
    assert [mark for mark, count in sums.items() if count == 1] == list(quality_flags_of(history[-1]))
    assert set(sums.values()) <= {0, 1}
