"""Axes: round numbers, few of them, and no label on top of another."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.charts.scales import day_labels, points_scale

points = st.lists(st.floats(-100, 100), max_size=20)


@given(points, st.integers(2, 12))
def test_the_scale_holds_every_value_and_zero_in_round_steps(values: list[float], most: int) -> None:
    lowest, highest, step = points_scale(values, most)

    assert all(lowest <= value <= highest for value in [0, *values])
    assert lowest % step == highest % step == 0
    assert highest - lowest >= 20


@given(points)
def test_there_are_no_more_labels_than_fit(values: list[float]) -> None:
    lowest, highest, step = points_scale(values, 8)

    assert (highest - lowest) // step + 1 <= 10


@pytest.mark.parametrize(("values", "scale"), [([], (0, 20, 5)), ([30.0, 54.2], (0, 60, 10)), ([-5.0], (-5, 15, 5))])
def test_scales_that_people_would_choose(values: list[float], scale: tuple[int, int, int]) -> None:
    assert points_scale(values, 7) == scale


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 1100), st.integers(1, 9))
def test_labels_are_few_and_belong_to_their_days(first: date, number: int, most: int) -> None:
    days = [first + timedelta(age) for age in range(number)]
    labels = day_labels(days, most)

    assert len(labels) <= most + 2
    assert all(days[place].isoformat().startswith(label) for place, label in labels)
    assert labels == sorted(labels)


def test_few_days_are_named_in_full_and_many_by_their_months() -> None:
    days = [date(2026, 1, 15) + timedelta(age) for age in range(365)]
    assert [label for _, label in day_labels(days[:9], 3)] == ["2026-01-17", "2026-01-20", "2026-01-23"]
    assert [label for _, label in day_labels(days, 6)][:3] == ["2026-03", "2026-05", "2026-07"]
