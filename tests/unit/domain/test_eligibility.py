"""Who may be asked: every reason, in its order, to the millisecond, in every zone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.eligibility import (
    DAY,
    EligibilityFacts,
    Outcome,
    Reason,
    Rules,
    decide,
    draw_of,
    next_opening,
    next_reminder,
)
from earshot.domain.iso_time import moment_of
from tests.factories import NOON

UTC_ZONE = ZoneInfo("UTC")
ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "America/Santiago", "Africa/Casablanca"]
GOOD = EligibilityFacts(zone=UTC_ZONE)

WRONG: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.SURVEY_CLOSED, {"survey_is_open": False}),
    (Reason.ERASED, {"is_erased": True}),
    (Reason.NO_ADDRESS, {"has_address": False}),
    (Reason.SUPPRESSED, {"is_suppressed": True}),
    (Reason.QUIET_PERIOD, {"last_invited_at": NOON - 1}),
    (Reason.NOT_SAMPLED, {"draw": 0.5}),
]
RULES = Rules(sample=0.5, daily_budget=10)


def test_a_person_without_an_obstacle_is_asked() -> None:
    decision = decide(RULES, GOOD, NOON)
    assert (decision.outcome, decision.reason, decision.at) == (Outcome.ASK, Reason.ELIGIBLE, NOON)


@pytest.mark.parametrize(("reason", "facts"), WRONG)
def test_each_reason_alone_declines(reason: Reason, facts: dict[str, Any]) -> None:
    decision = decide(RULES, replace(GOOD, **facts), NOON)
    assert (decision.outcome, decision.reason) == (Outcome.DECLINED, reason)


def test_of_several_reasons_the_gravest_is_reported() -> None:
    for first in range(len(WRONG)):
        facts = {name: value for _, wrong in WRONG[first:] for name, value in wrong.items()}
        assert decide(RULES, replace(GOOD, **facts), NOON).reason is WRONG[first][0]


@pytest.mark.parametrize(
    ("ago", "outcome"), [(30 * DAY, Outcome.ASK), (30 * DAY - 1, Outcome.DECLINED), (0, Outcome.DECLINED)]
)
def test_a_quiet_period_ends_to_the_millisecond(ago: int, outcome: Outcome) -> None:
    assert decide(RULES, replace(GOOD, last_invited_at=NOON - ago), NOON).outcome is outcome


def test_a_budget_that_is_spent_waits_for_tomorrow() -> None:
    decision = decide(RULES, replace(GOOD, asked_today=10), NOON)
    assert (decision.outcome, decision.reason, decision.at) == (Outcome.LATER, Reason.DAILY_BUDGET, NOON + DAY)


def test_at_three_in_the_morning_nobody_is_asked() -> None:
    night = int(datetime(2026, 11, 21, 3, tzinfo=UTC).timestamp() * 1000)
    decision = decide(RULES, GOOD, night)
    assert (decision.outcome, decision.reason) == (Outcome.LATER, Reason.OUTSIDE_HOURS)
    assert moment_of(decision.at).hour == RULES.opens


@given(
    st.integers(1_600_000_000_000, 1_900_000_000_000),
    st.sampled_from(ZONES),
    st.integers(0, 22).flatmap(lambda opens: st.tuples(st.just(opens), st.integers(opens + 1, 24))),
)
def test_the_next_opening_is_open_and_the_soonest_one(now: int, zone: str, hours: tuple[int, int]) -> None:
    rules, place = Rules(opens=hours[0], closes=hours[1]), ZoneInfo(zone)
    opening = next_opening(rules, place, now)
    # Where the clock skips the opening hour itself, the first moment after the gap is meant.
    assert hours[0] <= moment_of(opening).astimezone(place).hour <= hours[1]
    assert now <= opening <= now + DAY + 2 * 3_600_000
    for between in range(now, opening, 15 * 60_000):
        assert not hours[0] <= moment_of(between).astimezone(place).hour < hours[1]


facts = st.builds(
    EligibilityFacts,
    zone=st.sampled_from([ZoneInfo(zone) for zone in ZONES]),
    draw=st.floats(0, 1, exclude_max=True),
    last_invited_at=st.none() | st.integers(NOON - 60 * DAY, NOON),
    asked_today=st.integers(0, 12),
    survey_is_open=st.booleans(),
    has_address=st.booleans(),
    is_erased=st.booleans(),
    is_suppressed=st.booleans(),
)


@given(facts, st.integers(NOON - DAY, NOON + DAY), st.integers(0, 60), st.floats(0, 1))
def test_nobody_is_ever_asked_against_a_rule(known: EligibilityFacts, now: int, quiet_days: int, sample: float) -> None:
    rules = Rules(quiet_days=quiet_days, sample=sample, daily_budget=10)
    decision = decide(rules, known, now)
    if decision.outcome is Outcome.ASK:
        assert known.survey_is_open
        assert known.has_address
        assert not known.is_erased
        assert not known.is_suppressed
        assert known.last_invited_at is None or now - known.last_invited_at >= quiet_days * DAY
        assert known.draw < sample
        assert known.asked_today < 10
        assert rules.opens <= moment_of(now).astimezone(known.zone).hour < rules.closes
    elif decision.outcome is Outcome.LATER:
        assert decision.at > now


@pytest.mark.parametrize(
    ("reminders", "days"),
    [((3, 7), (3, 4, None)), ((1, 60), (1, 59, None)), ((5,), (5, None, None)), ((), (None, None, None))],
)
def test_a_reminder_is_due_so_long_after_the_mail_before_it(
    reminders: tuple[int, ...], days: tuple[int | None, ...]
) -> None:
    rules = Rules(reminders=reminders)
    expected = [None if gap is None else NOON + gap * DAY for gap in days]
    assert [next_reminder(rules, wave, NOON) for wave in (1, 2, 3)] == expected


def test_the_same_person_draws_the_same_number_for_a_wave() -> None:
    draws = [draw_of("demo", f"p{n}", "1") for n in range(2000)]
    assert draws == [draw_of("demo", f"p{n}", "1") for n in range(2000)]
    assert all(0 <= draw < 1 for draw in draws)
    assert 0.45 < sum(draws) / len(draws) < 0.55
    assert draw_of("demo", "p1", "2") != draws[1]
