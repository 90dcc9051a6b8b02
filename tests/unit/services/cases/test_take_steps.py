"""Each step of a case's clocks is mailed once and inside hours to who has to hear of it; what ran out is noted."""

from dataclasses import replace
from datetime import date

import pytest

from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import Case, CaseOutcome, RootCause
from earshot.domain.destinations import SURVEY_OWNER
from earshot.domain.errors import BusyError
from earshot.domain.events import iso
from earshot.domain.members import Absence, removed
from tests.factories import make_survey
from tests.fakes.case_world import FRIDAY, OFFICE, WORKDAYS, CaseWorld, at
from tests.fakes.crash import CrashError
from tests.fakes.surveys import InMemorySurveys

CONTACTED, WAITING = CaseChange(FactKind.CONTACTED), CaseChange(FactKind.WAITING)
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)


def test_owner_lead_and_their_lead_hear_of_it_in_turn() -> None:
    world = CaseWorld()
    assert world.take_at("2026-11-20T15:05") == [("case.assigned", "1.owner.bea", "bea")]
    assert world.take_at("2026-11-23T11:00") == [("case.reminder", "1.contact.50", "bea")]
    assert world.take_at("2026-11-23T14:25") == [("case.reminder", "1.contact.80", "bea")]
    assert world.take_at("2026-11-23T16:05") == [("case.overdue", "1.contact.100", "carl")]
    assert world.take_at("2026-11-25T09:00") == [("case.escalated", "1.contact.200", "dora")]
    assert {task["destination"] for task, _ in world.queue.tasks} == {"staff"}


def test_a_further_look_at_the_same_moment_does_nothing() -> None:
    world = CaseWorld()
    world.take_at("2026-11-23T16:05")
    known = world.case
    assert world.take_at("2026-11-23T16:05") == []
    assert world.case is known


def test_an_escalation_is_a_fact_and_a_breach_and_a_reminder_leaves_no_trace_for_people() -> None:
    world = CaseWorld()
    world.take_at("2026-11-23T11:00")
    assert (world.case.revision, world.cases.facts(world.id)) == (1, [])
    world.take_at("2026-11-23T16:05")
    (fact,) = world.cases.facts(world.id)
    assert (fact.kind, fact.actor, dict(fact.extra)) == (
        FactKind.STEP,
        "earshot",
        {"step": "1.contact.100", "member": "carl"},
    )
    assert fact.revision == world.case.revision == 2
    assert (world.case.breached_contact, world.case.breached_close) == (True, False)


def test_outside_hours_nothing_is_mailed_but_what_ran_out_is_noted() -> None:
    world = CaseWorld()
    assert world.take_at("2026-11-23T20:00") == []
    assert world.case.breached_contact
    assert world.case.next_step_at is not None
    assert world.take_at("2026-11-24T08:59") == []
    assert [step for _, step, _ in world.take_at("2026-11-24T09:00")] == ["1.contact.100", "1.owner.bea"]


def test_after_a_long_outage_only_the_highest_step_of_each_clock_is_mailed_and_all_are_taken() -> None:
    world = CaseWorld()
    found = world.take_at("2026-12-14T10:00")
    assert sorted(found) == [
        ("case.assigned", "1.owner.bea", "bea"),
        ("case.escalated", "1.close.200", "dora"),
        ("case.escalated", "1.contact.200", "dora"),
    ]
    assert len(world.case.steps) == 9
    assert world.case.next_step_at is None
    assert [fact.kind for fact in world.cases.facts(world.id)] == [FactKind.STEP] * 2


def test_what_is_closed_or_waits_or_was_never_there_gets_nothing() -> None:
    world = CaseWorld()
    world.change(CONTACTED)
    world.change(WAITING)
    assert world.take_at("2026-12-14T10:00") == [("case.assigned", "1.owner.bea", "bea")]
    world.change(RESOLVED)
    assert world.take_at("2026-12-15T10:00") == []
    world.id = "elsewhere"
    assert world.take() == 0


@pytest.mark.parametrize(
    ("who", "away", "reader"),
    [("bea", None, "eve"), ("carl", None, "dora"), ("carl", "removed", "dora")],
)
def test_the_deputy_or_else_the_lead_stands_in_for_who_is_away(who: str, away: str | None, reader: str) -> None:
    world = CaseWorld()
    if away:
        world.members.kept[who] = removed(world.members.kept[who], FRIDAY)
    else:
        world.is_away(who, away=Absence(date(2026, 11, 20), date(2026, 11, 30)))
    readers = {type_: to for type_, _, to in [*world.take_at("2026-11-20T15:05"), *world.take_at("2026-11-23T16:05")]}
    assert readers["case.assigned" if who == "bea" else "case.overdue"] == reader


@pytest.mark.parametrize(
    ("owner", "lead", "step"),
    [(None, None, "1.contact.50"), ("bea", None, "1.contact.100"), ("bea", "carl", "1.contact.200")],
)
def test_where_nobody_leads_or_owns_the_survey_s_owner_hears_of_it(
    owner: str | None, lead: str | None, step: str
) -> None:
    world = CaseWorld(owner=owner)
    world.is_away("bea", lead=lead)
    world.is_away("carl", lead=None)
    when = {"50": "2026-11-23T11:00", "100": "2026-11-23T16:05", "200": "2026-11-25T09:00"}[step.split(".")[2]]
    assert (step, SURVEY_OWNER) in {(name, to) for _, name, to in world.take_at(when)}


def test_where_nobody_at_all_hears_of_it_the_steps_are_taken_all_the_same() -> None:
    world = CaseWorld(owner=None)
    world.surveys = InMemorySurveys(make_survey())
    assert world.take_at("2026-11-23T16:05") == []
    assert world.case.breached_contact
    assert [dict(fact.extra) for fact in world.cases.facts(world.id)] == [{"step": "1.contact.100"}]


def test_a_run_that_died_between_queueing_and_noting_queues_the_same_mails_again() -> None:
    world = CaseWorld()
    note, died = world.cases.note_steps, iter([True])

    def dies(old: Case, new: Case) -> bool:
        if next(died, False):
            raise CrashError
        return note(old, new)

    world.cases.note_steps = dies  # type: ignore[method-assign]
    world.now = FRIDAY
    with pytest.raises(CrashError):
        world.take()
    # Meanwhile the owner is away, so another one would read it now.
    world.is_away("bea", away=Absence(date(2026, 11, 20), date(2026, 11, 30)))
    world.take()
    first, second = world.mails()
    assert (first.key, first.alert) == (second.key, second.alert)
    assert (first.subject, second.subject) == ("bea", "eve")


def test_what_others_write_at_the_same_time_is_not_overwritten() -> None:
    world = CaseWorld()
    note, others = world.cases.note_steps, iter([CONTACTED])

    def late(old: Case, new: Case) -> bool:
        if (change := next(others, None)) is not None:
            world.change(change)
        return note(old, new)

    world.cases.note_steps = late  # type: ignore[method-assign]
    world.take_at("2026-11-23T11:00")
    assert world.case.contacted_at is not None
    assert world.pauses == [0]
    assert "1.contact.50" not in world.case.steps


def test_a_case_that_others_write_all_the_while_comes_again() -> None:
    world = CaseWorld()
    world.cases.note_steps = lambda *_: False  # type: ignore[method-assign]
    world.now = FRIDAY
    with pytest.raises(BusyError):
        world.take()


def test_a_changed_calendar_moves_the_deadlines_with_a_fact_and_takes_no_breach_back() -> None:
    world = CaseWorld()
    world.take_at("2026-11-23T11:00")
    before = world.case
    world.calendars.kept["office"] = replace(OFFICE, hours=dict.fromkeys(WORKDAYS, (("10:00", "11:00"),)), revision=2)
    assert world.take_at("2026-11-23T12:00") == []
    (fact,) = world.cases.facts(world.id)
    assert (fact.kind, fact.actor) == (FactKind.MOVED, "earshot")
    assert world.case.contact_due_at > before.contact_due_at
    assert world.case.close_due_at > before.close_due_at
    moved = {"contact_due_at": iso(world.case.contact_due_at), "close_due_at": iso(world.case.close_due_at)}
    assert fact.extra == moved
    # It would have been due two days ago, which nobody could know: it is now.
    world.calendars.kept["office"] = OFFICE
    world.take_at("2026-11-25T10:00")
    assert (world.case.contact_due_at, world.case.close_due_at) == (at("2026-11-25T10:00"), before.close_due_at)
    assert not world.case.breached_contact
    world.take_at("2026-11-25T10:01")
    world.calendars.kept["office"] = replace(OFFICE, hours={"fri": (("10:00", "11:00"),)}, revision=4)
    world.take_at("2026-11-25T10:02")
    assert (world.case.contact_due_at, world.case.breached_contact) == (at("2026-11-25T10:00"), True)
