"""Holm's method, by its golden values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.holm import adjusted_by_holm


def test_the_golden_values() -> None:
    raw = dict(zip("abcdef", (0.001, 0.008, 0.012, 0.021, 0.04, 0.3), strict=True))
    expected = dict(zip("abcdef", (0.006, 0.04, 0.048, 0.063, 0.08, 0.3), strict=True))
    assert adjusted_by_holm(raw) == pytest.approx(expected)
    assert adjusted_by_holm({}) == {}


@given(st.lists(st.floats(0, 1), max_size=20))
def test_no_difference_becomes_surer_and_their_order_stays(p_values: list[float]) -> None:
    adjusted = adjusted_by_holm(dict(enumerate(p_values)))
    assert all(p_values[tested] <= p_value <= 1 for tested, p_value in adjusted.items())
    in_order = [adjusted[tested] for tested in sorted(adjusted, key=lambda tested: p_values[tested])]
    assert in_order == sorted(in_order)
