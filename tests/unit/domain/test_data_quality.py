"""Rates compared, and what is worth a warning."""

import pytest

from earshot.domain.data_quality import Compared, Shares, rate_change, warnings
from earshot.domain.funnel import Rate

FINE = Shares(*[Rate(100, 1)] * 6)
NOBODY = Shares(*[Rate(0, 0)] * 6)


def compared(
    rate: tuple[int, int], before: tuple[int, int] | None, nps: int | None = 20, nps_before: int | None = 10
) -> Compared:
    return Compared(Rate(*rate), Rate(*before) if before else None, nps, nps_before)


# Newcombe 1998, Statistics in Medicine 17, table II, method 10.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((70, 56), (80, 48), 0.0524, 0.3339),
        ((10, 9), (10, 3), 0.1705, 0.8090),
        ((10, 0), (20, 0), -0.1611, 0.2775),
        ((10, 10), (10, 0), 0.6075, 1.0),
    ],
)
def test_the_difference_of_two_rates_has_the_interval_of_the_paper(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    change = rate_change(Rate(*second), Rate(*first))
    assert change is not None
    assert (change.low, change.high) == pytest.approx((low, high), abs=1e-4)


def test_of_nobody_asked_nothing_changed() -> None:
    assert rate_change(Rate(0, 0), Rate(10, 5)) is rate_change(Rate(10, 5), Rate(0, 0)) is None
    assert warnings(NOBODY, compared((0, 0), (0, 0), None, None)) == []


def test_a_rate_that_surely_fell_while_the_score_rose_is_pointed_out_with_both_figures() -> None:
    (warning,) = warnings(FINE, compared((400, 40), (400, 120)))
    assert warning == (
        "The score rose from 10 to 20 while the response rate fell from 30.0% (400 asked) to 10.0% (400 asked): "
        "those who no longer respond may be the less happy ones, so the rise need not be an improvement."
    )


@pytest.mark.parametrize(("nps", "nps_before"), [(10, 10), (5, 10), (None, 10), (10, None)])
def test_a_rate_that_surely_fell_is_reported_also_without_a_risen_score(
    nps: int | None, nps_before: int | None
) -> None:
    (warning,) = warnings(FINE, compared((400, 40), (400, 120), nps, nps_before))
    assert (
        warning
        == "Fewer of the invited people respond: the response rate fell from 30.0% (400 asked) to 10.0% (400 asked)."
    )


@pytest.mark.parametrize(("rate", "before"), [((40, 10), (40, 12)), ((400, 120), (400, 40)), ((400, 40), None)])
def test_noise_a_rise_and_a_lone_window_are_no_warning(rate: tuple[int, int], before: tuple[int, int] | None) -> None:
    assert warnings(FINE, compared(rate, before)) == []


def test_a_share_that_is_surely_above_one_in_twenty_is_reported_with_its_numbers() -> None:
    many = Shares(Rate(200, 30), Rate(200, 31), Rate(200, 32), Rate(200, 33), Rate(200, 34), Rate(0, 0))
    reported = warnings(many, compared((100, 30), (100, 30)))
    assert [warning.partition(" ")[0] for warning in reported] == ["15.0%", "15.5%", "16.0%", "16.5%", "17.0%"]
    assert reported[0] == "15.0% of the responses with a known duration took less than 2 seconds (30 of 200)."
    assert warnings(Shares(*[Rate(20, 2)] * 6), compared((0, 0), None)) == []
