"""Measures of cases as the API asks for them and shows them."""

from dataclasses import replace
from datetime import date

import pytest

from earshot.api.case_measures import measures_view, read_measured
from earshot.domain.case_measures import DAY, HOUR, NOT_RANDOM, CaseMeasures, GroupBy, MeasuredPeriod, measure
from earshot.domain.cases import CaseFigures, CaseState, SubjectKind
from earshot.domain.errors import InvalidError
from tests.factories import NOON, make_survey

PERIOD = MeasuredPeriod(NOON - 30 * DAY, NOON + DAY, NOON + DAY)
OPEN = CaseFigures("1", "demo", SubjectKind.PERSON, NOON, NOON + 8 * HOUR, NOON + 40 * HOUR, score=2)
CLOSED = replace(
    OPEN, state=CaseState.RESOLVED, contacted_at=NOON + 100_000, closed_at=NOON + HOUR, first_closed_at=NOON + HOUR
)


def measured(*cases: CaseFigures) -> CaseMeasures:
    return measure(cases, PERIOD, lambda _, start, end: end - start)


def test_the_last_ninety_days_are_the_default_and_days_are_the_survey_s() -> None:
    assert read_measured({}, NOON, make_survey()) == ((date(2026, 8, 24), date(2026, 11, 22)), None)
    kiritimati = make_survey(timezone="Pacific/Kiritimati")
    assert read_measured({"by": "band"}, NOON, kiritimati) == ((date(2026, 8, 25), date(2026, 11, 23)), GroupBy.BAND)
    assert read_measured({"to": "2026-10-01"}, NOON, make_survey())[0] == (date(2026, 7, 3), date(2026, 10, 1))


def test_a_year_is_measured_and_not_more() -> None:
    days = read_measured({"from": "2025-11-20", "to": "2026-11-21"}, NOON, make_survey())[0]
    assert days == (date(2025, 11, 20), date(2026, 11, 21))
    with pytest.raises(InvalidError, match="367 days before 'to'; at most 366 are measured"):
        read_measured({"from": "2025-11-19", "to": "2026-11-21"}, NOON, make_survey())


def test_hours_are_exact_to_the_second_and_what_is_not_known_is_null() -> None:
    view = measures_view(measured(CLOSED))
    assert view["time_to_contact"]["hours"] == {"median": 0.0278, "p90": 0.0278}
    assert (view["oldest_open_hours"], view["breaches"]["close"]["share"]) == (None, None)
    assert measures_view(measured(OPEN))["oldest_open_hours"] == 24


def test_recovery_has_counts_only_until_there_are_ten_on_both_sides() -> None:
    after = replace(CLOSED, responded_again_at=NOON + 2 * HOUR, responded_again_score=9)
    alone = replace(OPEN, responded_again_at=NOON + 2 * HOUR, responded_again_score=3)
    few = measures_view(measured(*[after] * 9, *[alone] * 10))["recovery"]
    assert (few["closed"]["recovered"], few["closed"]["share"], few["difference"]) == (9, None, None)
    enough = measures_view(measured(*[after] * 10, *[alone] * 10))["recovery"]
    assert (enough["closed"]["share"], enough["control"]["share"]) == (1, 0)
    assert enough["difference"] is not None
    assert (enough["difference"]["points"], enough["difference"]["significant"]) == (100, True)
    assert enough["note"] == NOT_RANDOM
