"""Measures of cases: golden curves, each rule on a case made for it, and all of them against a slow second opinion."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.case_measures import (
    DAY,
    HOUR,
    CaseMeasures,
    GroupBy,
    MeasuredPeriod,
    NextResponses,
    group_of,
    measure,
    measure_by,
    next_response_after,
    quantile,
)
from earshot.domain.cases import CaseFigures, CaseOutcome, CaseState, RootCause, SubjectKind
from earshot.domain.proportions import Proportion

START = 100 * DAY
PERIOD = MeasuredPeriod(START, START + 30 * DAY, START + 40 * DAY)
OPENED = CaseFigures("1", "demo", SubjectKind.PERSON, START, START + 24 * HOUR, START + 5 * DAY, score=2)
CONTACTED = replace(OPENED, state=CaseState.CONTACTED, contacted_at=START + 4 * HOUR)
CLOSED = replace(
    CONTACTED,
    state=CaseState.RESOLVED,
    closed_at=START + 2 * DAY,
    first_closed_at=START + 2 * DAY,
    outcome=CaseOutcome.EXPLAINED,
    root_cause=RootCause.PRICE,
)


def half_a_day(_calendar: str | None, start: int, end: int) -> int:
    """Count half of the time, whichever the calendar."""
    return max(0, end - start) // 2


def measured(*cases: CaseFigures, period: MeasuredPeriod = PERIOD) -> CaseMeasures:
    return measure(cases, period, half_a_day)


def lives(text: str) -> list[tuple[int, bool]]:
    """Read times such as `6 6+`, of which those with a plus ended without the event."""
    return [(int(each.strip("+")), not each.endswith("+")) for each in text.split()]


# Freireich and others 1963: weeks of remission of leukaemia, with 6-MP and with a placebo.
DRUG = lives("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+")
PLACEBO = lives("1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23")


@pytest.mark.parametrize(
    ("times", "share", "expected"),
    [(DRUG, 0.25, 13), (DRUG, 0.5, 23), (DRUG, 0.9, None), (PLACEBO, 0.5, 8), (PLACEBO, 0.9, 17), ([], 0.5, None)],
)
def test_a_quantile_is_that_of_the_published_curves(
    times: list[tuple[int, bool]], share: float, expected: int | None
) -> None:
    assert quantile(times, share) == expected


@pytest.mark.parametrize("number", [2, 3, 10, 97, 1000])
def test_where_all_are_known_half_are_over_after_the_median_whatever_floats_do(number: int) -> None:
    times = [(time, True) for time in range(1, number + 1)]
    assert quantile(times, 0.5) == -(-number // 2)
    assert quantile(times, 0.9) == -(-9 * number // 10)


def test_open_cases_count_in_the_times_until_now() -> None:
    slow = replace(OPENED, id="2")
    found = measured(CLOSED, slow, replace(slow, id="3")).time_to_contact
    assert (found.cases, found.reached, found.still_open, found.closed_without) == (3, 1, 2, 0)
    assert (found.hours.median, found.hours.p90) == (None, None)
    assert measured(CLOSED).time_to_contact.hours.median == 4
    assert measured(CLOSED).time_to_contact.business_hours.median == 2
    assert measured(CLOSED).time_to_close.hours.p90 == 48


def test_a_case_closed_without_contact_waits_for_contact_no_longer() -> None:
    gone = replace(CLOSED, id="2", state=CaseState.NO_ACTION, contacted_at=None, closed_at=START + HOUR)
    found = measured(CLOSED, gone)
    assert (found.time_to_contact.closed_without, found.time_to_contact.still_open) == (1, 0)
    # It left before the first contact came: of one case, that is all.
    assert found.time_to_contact.hours == measured(CLOSED).time_to_contact.hours
    assert found.contact_breaches == Proportion(0, 1)


def test_the_backlog_is_that_of_now() -> None:
    owned = replace(CONTACTED, id="2", owner="ann", opened_at=START - 400 * DAY)
    waiting = replace(CONTACTED, id="3", owner="ann", is_waiting=True)
    later = replace(OPENED, id="4", opened_at=PERIOD.end)
    found = measured(OPENED, CLOSED, owned, waiting, later).backlog
    assert (found.open, found.unowned, found.overdue) == (3, 1, 2)
    assert found.oldest == 440 * DAY
    assert measured(CLOSED).backlog.oldest is None


def test_a_clock_that_is_not_over_is_neither_kept_nor_breached() -> None:
    early = replace(PERIOD, now=START + 5 * HOUR)
    assert measured(CONTACTED, period=early).contact_breaches == Proportion(0, 0)
    assert measured(CONTACTED).contact_breaches == Proportion(0, 1)
    assert measured(OPENED).contact_breaches == Proportion(1, 1)
    assert measured(CONTACTED).close_breaches == Proportion(1, 1)
    assert measured(CLOSED).close_breaches == Proportion(0, 1)
    assert measured(replace(CLOSED, breached_close=True)).close_breaches == Proportion(1, 1)


def test_waiting_for_the_customer_holds_the_clock_of_closing() -> None:
    waiting = replace(CONTACTED, is_waiting=True)
    assert measured(waiting).close_breaches == Proportion(0, 0)
    late = replace(CONTACTED, is_waiting=True, breached_close=True)
    assert measured(late).close_breaches == Proportion(1, 1)


def test_the_loop_is_closed_by_contact_in_time_and_trying_is_not_enough() -> None:
    late = replace(CONTACTED, id="2", contacted_at=START + 25 * HOUR, breached_contact=True)
    tried = replace(CLOSED, id="3", state=CaseState.UNREACHABLE, contacted_at=None)
    young = replace(OPENED, id="4", contact_due_at=PERIOD.now + HOUR)
    promoter = replace(CONTACTED, id="5", score=9)
    by_hand = replace(CONTACTED, id="6", score=None)
    found = measured(CONTACTED, late, tried, young, promoter, by_hand).closed_loop
    assert found.in_time == Proportion(1, 3)
    assert (found.attempted, found.not_due) == (1, 1)


def test_a_case_counts_as_reopened_within_thirty_days_of_its_first_closing() -> None:
    again = replace(CONTACTED, id="2", first_closed_at=START + DAY, reopened_at=START + 31 * DAY, round=2)
    late = replace(again, id="3", reopened_at=START + 31 * DAY + 1)
    twice = replace(CLOSED, id="4", first_closed_at=START + DAY, reopened_at=START + 2 * DAY, round=3)
    assert measured(CLOSED, again, late, twice).reopened == Proportion(2, 4)
    assert measured(again).closed == 0


def test_outcomes_and_root_causes_count_what_was_closed_in_the_period() -> None:
    other = replace(CLOSED, id="2", opened_at=START - DAY, root_cause=RootCause.PEOPLE)
    before = replace(CLOSED, id="3", closed_at=START - 1)
    found = measured(CLOSED, other, before, OPENED)
    assert (found.opened, found.closed) == (3, 2)
    assert found.outcomes == {"explained": 2}
    assert found.root_causes == {"people": 1, "price": 1}


def recovered(case: CaseFigures, score: int = 9, days: int = 10) -> CaseFigures:
    after = next_response_after(case)
    assert after is not None
    return replace(case, responded_again_at=after + days * DAY, responded_again_score=score)


@pytest.mark.parametrize(("score", "days", "counts"), [(7, 180, (1, 1)), (6, 1, (1, 0)), (9, 181, (0, 0))])
def test_a_person_recovered_whose_next_response_within_half_a_year_is_at_least_7(
    score: int, days: int, counts: tuple[int, int]
) -> None:
    found = measured(recovered(CLOSED, score, days)).recovery
    assert (found.closed.responded, found.closed.recovered) == counts
    assert found.closed.coverage == Proportion(counts[0], 1)


def test_a_response_before_the_closing_is_not_after_it() -> None:
    early = replace(CLOSED, responded_again_at=CLOSED.closed_at, responded_again_score=9)
    assert measured(early).recovery.closed.responded == 0


def test_the_control_are_detractors_without_contact_and_no_case_is_on_both_sides() -> None:
    put_away = replace(CLOSED, id="2", state=CaseState.NO_ACTION, contacted_at=None)
    resolved = replace(CLOSED, id="3", contacted_at=None)
    found = measured(*map(recovered, (CLOSED, put_away, resolved, replace(OPENED, id="4")))).recovery
    assert (found.closed.cases, found.control.cases) == (2, 2)
    assert (found.closed.recovered, found.control.recovered) == (2, 2)
    assert measured(CONTACTED, replace(CLOSED, score=8)).recovery.closed.cases == 0
    assert next_response_after(CONTACTED) is None


def many(case: CaseFigures, responded: int, well: int) -> list[CaseFigures]:
    return [recovered(replace(case, id=f"{number}"), 9 if number < well else 3) for number in range(responded)]


def test_recovery_is_compared_with_those_nobody_contacted() -> None:
    found = measured(*many(CLOSED, 40, 18), *many(OPENED, 50, 12)).recovery
    difference = found.difference
    assert difference is not None
    assert (difference.difference, difference.low, difference.high) == pytest.approx((0.21, 0.01398, 0.39008), abs=1e-5)


@pytest.mark.parametrize(("closed", "control"), [(9, 50), (50, 9)])
def test_below_ten_on_either_side_there_are_counts_only(closed: int, control: int) -> None:
    found = measured(*many(CLOSED, closed, 5), *many(OPENED, control, 5)).recovery
    assert not found.has_shares
    assert found.difference is None
    assert (found.closed.responded, found.control.responded) == (closed, control)


def test_groups_come_in_order_and_those_without_a_name_last() -> None:
    cases = [replace(OPENED, id=f"{n}", score=score) for n, score in enumerate((9, None, 5, 0, 8, 3))]
    assert [(name, found.opened) for name, found in measure_by(cases, GroupBy.BAND, PERIOD, half_a_day)] == [
        ("0-3", 2),
        ("4-6", 1),
        ("7-8", 1),
        ("9-10", 1),
        (None, 1),
    ]
    owned = [replace(OPENED, owner="zoe"), OPENED, replace(OPENED, owner="ann")]
    assert [name for name, _ in measure_by(owned, GroupBy.OWNER, PERIOD, half_a_day)] == ["ann", "zoe", None]
    assert group_of(CLOSED, GroupBy.ROOT_CAUSE) == "price"


def test_a_case_that_the_period_has_nothing_of_makes_no_group() -> None:
    before = replace(
        CLOSED, opened_at=START - 9 * DAY, first_closed_at=START - 8 * DAY, closed_at=START - DAY, owner="ann"
    )
    assert measure_by([before], GroupBy.OWNER, PERIOD, half_a_day) == []


@st.composite
def figures(draw: st.DrawFn) -> CaseFigures:
    """Make figures as a case may have them, around the period."""
    opened_at = draw(st.integers(START - 20 * DAY, START + 35 * DAY))
    hours = st.integers(0, 40 * 24)
    contacted_at = opened_at + draw(hours) * HOUR if draw(st.booleans()) else None
    first = (contacted_at or opened_at) + draw(hours) * HOUR if draw(st.booleans()) else None
    reopened_at = first + draw(hours) * HOUR if first is not None and draw(st.booleans()) else None
    if first is None or (reopened_at is not None and draw(st.booleans())):
        state, closed_at = CaseState.OPEN if contacted_at is None else CaseState.CONTACTED, None
    else:
        state = draw(st.sampled_from([each for each in CaseState if each.is_closed]))
        closed_at = first if reopened_at is None else reopened_at + draw(hours) * HOUR
    contact_due, close_due = opened_at + draw(hours) * HOUR, opened_at + draw(hours) * HOUR
    again = draw(st.none() | st.integers(0, 200).map(lambda days: opened_at + days * DAY))
    return CaseFigures(
        id="",
        survey="demo",
        subject=SubjectKind.PERSON,
        opened_at=opened_at,
        state=state,
        score=draw(st.none() | st.integers(0, 10)),
        owner=draw(st.sampled_from([None, "ann", "bob"])),
        contact_due_at=contact_due,
        contacted_at=contacted_at,
        close_due_at=close_due,
        closed_at=closed_at,
        first_closed_at=first,
        is_waiting=state is CaseState.CONTACTED and draw(st.booleans()),
        reopened_at=reopened_at,
        outcome=CaseOutcome.EXPLAINED if closed_at is not None else None,
        root_cause=draw(st.sampled_from(RootCause)) if closed_at is not None else None,
        breached_contact=contacted_at is not None and contacted_at > contact_due,
        breached_close=closed_at is not None and closed_at > close_due,
        responded_again_at=again,
        responded_again_score=None if again is None else draw(st.integers(0, 10)),
    )


def slow_quantile(times: list[tuple[int, bool]], share: Fraction) -> int | None:
    """Go through all moments, and multiply who is left of those who were still there, in exact fractions."""
    left = Fraction(1)
    for moment in sorted({time for time, happened in times if happened}):
        there = sum(time >= moment for time, _ in times)
        left *= 1 - Fraction(sum(time == moment and happened for time, happened in times), there)
        if left <= 1 - share:
            return moment
    return None


def in_hours(time: int | None) -> float | None:
    return None if time is None else time / HOUR


@given(st.lists(figures(), max_size=30))
def test_measures_are_those_of_a_slow_second_opinion(cases: list[CaseFigures]) -> None:
    found, now = measured(*cases), PERIOD.now
    opened = [case for case in cases if PERIOD.start <= case.opened_at < PERIOD.end]
    contact = [
        (case.contacted_at - case.opened_at, True)
        if case.contacted_at is not None
        else ((case.closed_at or now) - case.opened_at, False)
        for case in opened
    ]
    close = [
        (case.closed_at - case.opened_at, True) if case.closed_at is not None else (now - case.opened_at, False)
        for case in opened
    ]
    for times, shown in ((contact, found.time_to_contact), (close, found.time_to_close)):
        assert shown.hours.median == in_hours(slow_quantile(times, Fraction(1, 2)))
        assert shown.hours.p90 == in_hours(slow_quantile(times, Fraction(9, 10)))
        halves = [(time // 2, happened) for time, happened in times]
        assert shown.business_hours.median == in_hours(slow_quantile(halves, Fraction(1, 2)))
        assert (shown.cases, shown.reached) == (len(times), sum(happened for _, happened in times))
    due = [case for case in opened if case.score is not None and case.score <= 6 and case.contact_due_at < now]
    assert found.closed_loop.in_time == Proportion(
        sum(case.contacted_at is not None and case.contacted_at <= case.contact_due_at for case in due), len(due)
    )
    first = [case for case in cases if case.first_closed_at and PERIOD.start <= case.first_closed_at < PERIOD.end]
    came_back = [
        case for case in first if case.reopened_at and case.reopened_at - (case.first_closed_at or 0) <= 30 * DAY
    ]
    assert found.reopened == Proportion(len(came_back), len(first))
    assert found.closed == sum(found.outcomes.values()) == sum(found.root_causes.values())
    assert found.backlog.open == sum(case.closed_at is None and case.opened_at < PERIOD.end for case in cases)
    assert slow_breaches(opened, "contact") == found.contact_breaches
    assert slow_breaches(opened, "close") == found.close_breaches
    low = [case for case in cases if case.score is not None and case.score <= 6]
    helped = [case for case in low if case.closed_at and PERIOD.start <= case.closed_at < PERIOD.end]
    helped = [case for case in helped if case.contacted_at is not None or case.state is CaseState.RESOLVED]
    alone = [case for case in low if case in opened and case.contacted_at is None]
    alone = [case for case in alone if case.state is not CaseState.RESOLVED]
    assert found.recovery.closed == slow_recovery([(case, case.closed_at or 0) for case in helped])
    assert found.recovery.control == slow_recovery([(case, case.opened_at) for case in alone])


def slow_recovery(cases: list[tuple[CaseFigures, int]]) -> NextResponses:
    """Count the next responses that came within half a year after a moment, and those of 7 or more."""
    again = [
        case.responded_again_score
        for case, began in cases
        if case.responded_again_at and 0 < case.responded_again_at - began <= 180 * DAY
    ]
    return NextResponses(len(cases), len(again), sum(score >= 7 for score in again if score is not None))


def slow_breaches(opened: list[CaseFigures], clock: str) -> Proportion:
    """Sort cases into those whose clock ran out, those where it did not, and those of which nobody can say yet."""
    kept, breached = 0, 0
    for case in opened:
        if clock == "contact":
            was, due, done = case.breached_contact, case.contact_due_at, case.contacted_at
            is_held = done is None and case.closed_at is not None
        else:
            was, due, done, is_held = case.breached_close, case.close_due_at, case.closed_at, case.is_waiting
        is_over = due < PERIOD.now
        breached += was or (is_over and done is None and not is_held)
        kept += not was and is_over and done is not None
    return Proportion(breached, breached + kept)


@given(st.lists(figures(), max_size=30), st.sampled_from(GroupBy))
def test_groups_add_up_to_all(cases: list[CaseFigures], by: GroupBy) -> None:
    whole, groups = measured(*cases), [found for _, found in measure_by(cases, by, PERIOD, half_a_day)]
    sums: tuple[Callable[[CaseMeasures], int], ...] = (
        lambda found: found.opened,
        lambda found: found.closed,
        lambda found: found.backlog.overdue,
        lambda found: found.contact_breaches.hits,
        lambda found: found.close_breaches.of,
        lambda found: found.reopened.hits,
        lambda found: found.closed_loop.in_time.of,
        lambda found: found.recovery.closed.recovered,
        lambda found: found.recovery.control.responded,
    )
    assert [sum(map(each, groups)) for each in sums] == [each(whole) for each in sums]


@given(figures())
def test_no_case_is_measured_as_helped_and_as_left_alone(case: CaseFigures) -> None:
    found = measured(case).recovery
    assert not (found.closed.cases and found.control.cases)


def test_each_state_is_either_open_or_closed() -> None:
    assert [state for state in CaseState if not state.is_closed] == [CaseState.OPEN, CaseState.CONTACTED]
    for state, contacted in product(CaseState, (None, START + HOUR)):
        case = replace(OPENED, state=state, contacted_at=contacted, closed_at=START if state.is_closed else None)
        anchor = next_response_after(case)
        assert anchor in {None, case.opened_at, case.closed_at}
