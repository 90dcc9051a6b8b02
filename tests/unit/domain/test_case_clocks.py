"""The two clocks of a case: when their steps are due, which are mailed, and what has run out."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.business_time import Calendar, business_time, next_opening
from earshot.domain.case_clocks import (
    HOUR,
    Clock,
    Step,
    close_due,
    contact_due,
    due_steps,
    moment_of,
    moved_with,
    next_step_at,
    open_steps,
    with_clocks,
)
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import Case, CaseOutcome, CaseState, RootCause, SubjectKind

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Calendar("office", "Europe/Berlin", dict.fromkeys(WORKDAYS, (("09:00", "12:00"), ("13:00", "17:00"))))
CALENDARS = (
    None,
    OFFICE,
    Calendar("nights", "Asia/Kathmandu", dict.fromkeys(WORKDAYS, (("00:00", "06:00"), ("22:00", "24:00")))),
    Calendar("fridays", "Australia/Lord_Howe", {"fri": (("10:00", "16:30"),)}, ("2026-12-25", "2027-01-01")),
)


def at(text: str) -> int:
    """Return a local time in Berlin in Unix milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


FRIDAY = at("2026-11-20T15:00")
TARGETS = Targets(8, 40)


def local(moment: int | None) -> str:
    return "never" if moment is None else datetime.fromtimestamp(moment / 1000, BERLIN).strftime("%a %d %H:%M")


def opened(calendar: Calendar | None, moment: int, owner: str | None = None, targets: Targets = TARGETS) -> Case:
    """Return a case of Ada that opens at a moment."""
    case = Case(
        id="c1",
        survey="demo",
        subject=SubjectKind.PERSON,
        person="ada",
        opened_at=moment,
        round_at=moment,
        contact_due_at=0,
        close_due_at=0,
        priority=Priority.HIGH,
        owner=owner,
        calendar=calendar.id if calendar else None,
        targets=targets,
    )
    case = replace(case, contact_due_at=contact_due(case, calendar), close_due_at=close_due(case, calendar))
    return with_clocks(case, calendar, moment)


def after(case: Case, kind: FactKind, moment: int, calendar: Calendar | None = OFFICE) -> Case:
    closing = {"outcome": CaseOutcome.EXPLAINED, "root_cause": RootCause.PRICE} if kind.closes else {}
    return changed(case, CaseChange(kind, **closing), moment, "key:k", calendar)[0]  # type: ignore[arg-type]


def taken(case: Case, calendar: Calendar | None, moment: int) -> tuple[Case, list[str]]:
    """Take what is due at a moment; return the case and the names of the mails."""
    due = due_steps(case, calendar, moment)
    noted = replace(case, steps=case.steps | {step.name for step in due.steps})
    return with_clocks(noted, calendar, moment), [step.name for step in due.mails]


def timetable(case: Case, calendar: Calendar | None, most: int = 30) -> list[tuple[str, str]]:
    """Return what is mailed when, until nothing is to come, if somebody looks at the case whenever it is due."""
    found: list[tuple[str, str]] = []
    for _ in range(most):
        if case.next_step_at is None:
            return found
        now = case.next_step_at
        case, mails = taken(case, calendar, now)
        found += [(local(now), name) for name in mails]
    pytest.fail("it never ends")


def test_in_office_hours_the_steps_come_at_their_part_of_the_target_and_at_the_next_opening() -> None:
    # Seven hours a day: 8 hours to contact and 40 to close.
    assert timetable(opened(OFFICE, FRIDAY, "bea"), OFFICE) == [
        ("Fri 20 15:00", "1.owner.bea"),
        ("Mon 23 11:00", "1.contact.50"),
        ("Mon 23 14:24", "1.contact.80"),
        ("Mon 23 16:00", "1.contact.100"),
        ("Wed 25 09:00", "1.contact.200"),
        ("Wed 25 14:00", "1.close.50"),
        ("Fri 27 11:00", "1.close.80"),
        ("Mon 30 13:00", "1.close.100"),
        ("Tue 08 10:00", "1.close.200"),
    ]


def test_around_the_clock_they_come_at_night_too() -> None:
    assert timetable(opened(None, FRIDAY), None) == [
        ("Fri 20 19:00", "1.contact.50"),
        ("Fri 20 21:24", "1.contact.80"),
        ("Fri 20 23:00", "1.contact.100"),
        ("Sat 21 07:00", "1.contact.200"),
        ("Sat 21 11:00", "1.close.50"),
        ("Sat 21 23:00", "1.close.80"),
        ("Sun 22 07:00", "1.close.100"),
        ("Mon 23 23:00", "1.close.200"),
    ]


def test_a_case_that_opens_at_night_is_mailed_in_the_morning() -> None:
    case = opened(OFFICE, at("2026-11-21T03:00"), "bea")
    assert local(case.next_step_at) == "Mon 23 09:00"
    assert due_steps(case, OFFICE, at("2026-11-21T03:00")).steps == ()


def test_after_the_first_contact_only_closing_is_reminded_of() -> None:
    case = after(opened(OFFICE, FRIDAY), FactKind.CONTACTED, at("2026-11-23T09:30"))
    assert [name for _, name in timetable(case, OFFICE)] == [f"1.close.{percent}" for percent in (50, 80, 100, 200)]


def test_the_first_contact_is_in_time_at_its_very_end_and_late_after_it() -> None:
    case = opened(OFFICE, FRIDAY)
    assert not after(case, FactKind.CONTACTED, case.contact_due_at).breached_contact
    late = after(case, FactKind.CONTACTED, case.contact_due_at + 1)
    assert late.breached_contact
    assert not late.breached_close


def test_what_has_run_out_is_noted_even_at_night() -> None:
    case = opened(OFFICE, at("2026-11-23T09:00"), targets=Targets(7, 40))
    assert local(case.contact_due_at) == "Mon 23 17:00"
    for moment in ("2026-11-23T12:00", "2026-11-23T14:36", "2026-11-23T17:00"):
        case, _ = taken(case, OFFICE, at(moment))
    assert case.next_step_at == case.contact_due_at + 1
    assert not case.breached_contact
    case, mails = taken(case, OFFICE, case.next_step_at or 0)
    assert (case.breached_contact, mails) == (True, [])
    assert local(case.next_step_at) == "Tue 24 09:00"
    assert taken(case, OFFICE, case.next_step_at or 0)[1] == ["1.contact.100"]


def test_waiting_pauses_closing_and_what_is_left_runs_when_it_is_over() -> None:
    contacted = after(opened(OFFICE, FRIDAY), FactKind.CONTACTED, FRIDAY)
    waiting = after(contacted, FactKind.WAITING, at("2026-11-23T10:00"))
    assert waiting.next_step_at is None
    resumed = after(waiting, FactKind.RESUMED, at("2026-11-25T10:00"))
    assert resumed.close_due_at - contacted.close_due_at > 0
    assert business_time(OFFICE, contacted.close_due_at, resumed.close_due_at) == 14 * HOUR
    names = [name for _, name in timetable(resumed, OFFICE)]
    assert names == [f"1.close.{percent}" for percent in (50, 80, 100, 200)]
    assert business_time(OFFICE, FRIDAY, resumed.next_step_at or 0) == 20 * HOUR + 14 * HOUR


def test_a_case_that_was_over_time_before_it_waited_stays_so_and_the_next_step_is_put_off() -> None:
    contacted = after(opened(OFFICE, FRIDAY), FactKind.CONTACTED, FRIDAY)
    late, _ = taken(contacted, OFFICE, at("2026-12-01T09:00"))
    waiting = after(late, FactKind.WAITING, at("2026-12-01T09:00"))
    resumed = after(waiting, FactKind.RESUMED, at("2026-12-08T09:00"))
    assert resumed.close_due_at == contacted.close_due_at
    assert resumed.breached_close
    twice = moment_of(Step(1, Clock.CLOSE, 200), late, OFFICE)
    assert business_time(OFFICE, twice, resumed.next_step_at or 0) == 35 * HOUR


def test_closed_and_erased_cases_have_no_step() -> None:
    case = opened(OFFICE, FRIDAY, "bea")
    assert after(case, FactKind.NO_ACTION, FRIDAY + HOUR).next_step_at is None
    assert with_clocks(replace(case, person=None), OFFICE, FRIDAY).next_step_at is None
    assert due_steps(replace(case, person=None), OFFICE, at("2026-12-08T09:00")).steps == ()


def test_reopening_starts_a_new_closing_clock_and_says_so_to_the_owner_again() -> None:
    case = after(opened(OFFICE, FRIDAY, "bea"), FactKind.CONTACTED, FRIDAY)
    case, _ = taken(case, OFFICE, FRIDAY)
    closed = after(case, FactKind.RESOLVED, at("2026-11-23T09:00"))
    again = after(closed, FactKind.REOPENED, at("2026-11-30T09:00"))
    assert timetable(again, OFFICE)[0] == ("Mon 30 09:00", "2.owner.bea")
    assert [name for _, name in timetable(again, OFFICE)][1:] == [f"2.close.{p}" for p in (50, 80, 100, 200)]
    assert business_time(OFFICE, again.round_at, again.close_due_at) == 40 * HOUR


def test_what_the_first_clock_reached_while_the_case_was_closed_is_not_made_up_for() -> None:
    closed = after(opened(OFFICE, FRIDAY), FactKind.NO_ACTION, FRIDAY)
    again = after(closed, FactKind.REOPENED, at("2026-11-23T15:00"))
    assert again.state is CaseState.OPEN
    contact = [name for _, name in timetable(again, OFFICE) if "contact" in name]
    assert contact == ["2.contact.100", "2.contact.200"]


def test_of_steps_that_are_due_at_once_only_the_highest_of_a_clock_is_mailed() -> None:
    case = opened(OFFICE, FRIDAY, "bea")
    due = due_steps(case, OFFICE, at("2026-12-14T10:00"))
    assert {step.name for step in due.mails} == {"1.owner.bea", "1.contact.200", "1.close.200"}
    assert len(due.steps) == 9


def test_an_owner_who_just_got_the_case_is_not_reminded_in_the_same_moment() -> None:
    due = due_steps(opened(OFFICE, FRIDAY, "bea"), OFFICE, at("2026-11-23T11:30"))
    assert {step.name for step in due.steps} == {"1.owner.bea", "1.contact.50"}
    assert {step.name for step in due.mails} == {"1.owner.bea"}


def test_another_owner_hears_of_it_once() -> None:
    case, _ = taken(opened(OFFICE, FRIDAY, "bea"), OFFICE, FRIDAY)
    given = changed(case, CaseChange(FactKind.ASSIGNED, owner="carl", note="ill"), FRIDAY, "key:k", OFFICE)[0]
    case, mails = taken(given, OFFICE, given.next_step_at or 0)
    assert mails == ["1.owner.carl"]
    back = changed(case, CaseChange(FactKind.ASSIGNED, owner="bea", note="well"), FRIDAY, "key:k", OFFICE)[0]
    assert back.next_step_at == case.next_step_at


def test_a_changed_calendar_moves_what_is_to_come_and_leaves_what_has_run_out() -> None:
    case = opened(OFFICE, FRIDAY)
    late = at("2026-11-24T10:00")
    longer = replace(OFFICE, hours=dict.fromkeys(WORKDAYS, (("08:00", "20:00"),)))
    contact, close = moved_with(case, longer, late)
    assert contact == case.contact_due_at < late
    assert business_time(longer, FRIDAY, close) == 40 * HOUR
    assert moved_with(after(case, FactKind.NO_ACTION, FRIDAY), longer, late)[1] == case.close_due_at
    assert moved_with(case, longer, FRIDAY)[0] == contact_due(case, longer) < case.contact_due_at


def test_the_time_that_a_case_waited_is_counted_in_the_changed_hours_too() -> None:
    case = after(opened(OFFICE, FRIDAY), FactKind.CONTACTED, FRIDAY)
    case = after(case, FactKind.WAITING, at("2026-11-23T09:00"))
    case = after(case, FactKind.RESUMED, at("2026-11-24T09:00"))
    shorter = replace(OFFICE, hours=dict.fromkeys(WORKDAYS, (("10:00", "11:00"),)))
    _, close = moved_with(case, shorter, at("2026-11-24T09:00"))
    assert business_time(shorter, FRIDAY, close) == 40 * HOUR + HOUR


def test_a_name_reads_back_as_its_step() -> None:
    steps = [Step(3, clock, percent) for clock in Clock for percent in (50, 80, 100, 200)]
    for step in (*steps, Step(2, None, owner="bea-2")):
        assert Step.of(step.name) == step
    with pytest.raises(ValueError, match="elsewhere"):
        Step.of("1.elsewhere.50")


MOMENTS = st.integers(at("2026-09-01T00:00"), at("2027-03-01T00:00"))
ANY_TARGETS = st.builds(lambda contact, more: Targets(contact, contact + more), st.integers(1, 60), st.integers(0, 200))
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(FactKind.CONTACTED, FactKind.WAITING, FactKind.RESUMED, FactKind.RESOLVED, FactKind.REOPENED),
                *(FactKind.ASSIGNED, FactKind.NOTE),
            ]
        ),
        st.integers(0, 90 * HOUR),
    ),
    max_size=8,
)


@given(calendar=st.sampled_from(CALENDARS), moment=MOMENTS, targets=ANY_TARGETS)
def test_every_step_of_an_untouched_case_is_mailed_once_in_order_and_inside_hours(
    calendar: Calendar | None, moment: int, targets: Targets
) -> None:
    case, mails, last = opened(calendar, moment, "bea", targets), list[str](), moment
    while case.next_step_at is not None:
        now = case.next_step_at
        assert now >= last
        last = now
        case, found = taken(case, calendar, now)
        assert not found or next_opening(calendar, now) == now
        mails += found
    assert len(mails) == len(set(mails))
    assert {"1.contact.200", "1.close.200"} <= set(mails)
    assert case.steps == {"1.owner.bea", *(f"1.{c}.{p}" for c in ("contact", "close") for p in (50, 80, 100, 200))}
    assert case.breached_contact
    assert case.breached_close


@given(calendar=st.sampled_from(CALENDARS), moment=MOMENTS, targets=ANY_TARGETS, changes=CHANGES, data=st.data())
def test_whatever_happens_to_a_case_nothing_is_mailed_twice_outside_hours_or_without_reason(
    calendar: Calendar | None, moment: int, targets: Targets, changes: list[tuple[FactKind, int]], data: st.DataObject
) -> None:
    """Somebody looks late or early; whatever is due is taken at the latest when the planner was to look."""
    case, now, mails = opened(calendar, moment, "bea", targets), moment, list[str]()
    for number, (kind, wait) in enumerate(changes):
        until = now + wait
        while case.next_step_at is not None and case.next_step_at <= until:
            now = max(now, case.next_step_at + data.draw(st.integers(0, 2 * HOUR)))
            before = case
            case, found = taken(case, calendar, now)
            assert not found or next_opening(calendar, now) == now
            assert before.breached_contact <= case.breached_contact
            assert before.breached_close <= case.breached_close
            for name in found:
                step = Step.of(name)
                assert step.round == case.round
                assert step.clock is not Clock.CONTACT or case.contacted_at is None
                assert step.clock is not Clock.CLOSE or not case.is_waiting
                assert step.clock is None or business_time(calendar, *_span(step, before, now)) >= _part(step, before)
            mails += found
            assert case.next_step_at is None or case.next_step_at > now
        now = max(now, until)
        try:
            change = CaseChange(kind, note="n", owner=f"m{number}" if kind is FactKind.ASSIGNED else None)
            if kind.closes:
                change = replace(change, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.OTHER)
            case, _ = changed(case, change, now, "key:k", calendar)
        except Exception as exc:  # noqa: BLE001 - a change that is not possible now
            assert type(exc).__name__ == "ConflictError"  # noqa: PT017
        pending = [at for _, at in open_steps(case, calendar)]
        assert (case.next_step_at is None) <= (not pending)
    assert len(mails) == len(set(mails))
    assert next_step_at(case, calendar, now) == with_clocks(case, calendar, now).next_step_at or case.state.is_closed


def _span(step: Step, case: Case, now: int) -> tuple[int, int]:
    return (case.opened_at if step.clock is Clock.CONTACT else case.round_at), now


def _part(step: Step, case: Case) -> int:
    """Return how much business time had to pass at least before a step."""
    hours = case.targets.contact_hours if step.clock is Clock.CONTACT else case.targets.close_hours
    return hours * HOUR * step.percent // 100
