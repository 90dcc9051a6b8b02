"""Shares with Wilson's interval, and the difference of two with Newcombe's."""

import pytest

from earshot.domain.proportions import Difference, Proportion, newcombe, wilson


# Churn of detractors, passives and promoters, a theme by person, a satisfied share, and retention.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (18, 60, 0.198982, 0.425087),
        (14, 100, 0.085263, 0.221372),
        (6, 140, 0.019788, 0.090344),
        (4, 21, 0.076676, 0.400006),
        (80, 100, 0.711171, 0.866633),
        (352, 400, 0.844486, 0.908285),
    ],
)
def test_a_share_has_wilsons_interval(hits: int, of: int, low: float, high: float) -> None:
    bounds = Proportion(hits, of).interval()
    assert bounds is not None
    assert bounds.level == 0.95
    assert (bounds.low, bounds.high) == pytest.approx((low, high), abs=1e-6)


def test_an_interval_ends_exactly_at_none_and_at_all_and_a_share_of_nothing_has_none() -> None:
    none, everybody = wilson(0, 10), wilson(10, 10)
    assert none is not None
    assert everybody is not None
    assert (none.low, everybody.high) == (0.0, 1.0)
    assert none.high == pytest.approx(0.27753, abs=1e-5)
    assert (Proportion(0, 0).share, wilson(0, 0)) == (None, None)


def test_recovered_after_a_closed_case_against_those_without_contact() -> None:
    found = newcombe(Proportion(12, 50), Proportion(18, 40))
    assert found is not None
    assert (found.difference, found.low, found.high) == pytest.approx((0.21, 0.013980, 0.390083), abs=1e-6)
    assert found.significant


def test_the_difference_excludes_nothing_where_it_crosses_zero() -> None:
    assert not Difference(0.1, -0.1, 0.3).significant
    assert Difference(-0.2, -0.3, -0.1).significant
    assert newcombe(Proportion(0, 0), Proportion(1, 2)) is newcombe(Proportion(1, 2), Proportion(0, 0)) is None
