"""What people and clocks do to a case: each change is a fact, and what a state does not allow is refused in words."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_clocks import HOUR
from earshot.domain.case_facts import (
    HANDED_OVER_FROM,
    MOST_CHANGES_FOR_NOTES,
    MOST_NOTE,
    OF_PEOPLE,
    CaseChange,
    CaseFact,
    FactKind,
    changed,
    opened_fact,
)
from earshot.domain.cases import Case, CaseOutcome, CaseState, OwnedBy, RootCause, SubjectKind
from earshot.domain.errors import ConflictError, InvalidError
from earshot.domain.opened_cases import Opening, opened_by
from tests.factories import NOON

# A Saturday; around the clock it is to be contacted in 24 hours, and closed in 120.
CASE = opened_by(Alert("demo", "own", "r1", NOON), SubjectKind.PERSON, "ann")
OWNED = replace(CASE, owner="mia", owned_by=OwnedBy.TURN)
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)
CONTACTED = CaseChange(FactKind.CONTACTED)
WAITING, RESUMED, REOPENED = (CaseChange(kind) for kind in (FactKind.WAITING, FactKind.RESUMED, FactKind.REOPENED))
OFFICE = Calendar("office", "UTC", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),)))


def after(case: Case, *changes: CaseChange, hour: float = 1, calendar: Calendar | None = None) -> Case:
    """Return a case after changes, each an hour after the other, the first so many hours after it was opened."""
    for number, change in enumerate(changes):
        case, _ = changed(case, change, int(NOON + (hour + number) * HOUR), "key:k", calendar)
    return case


def refused(case: Case, change: CaseChange) -> str:
    """Return the words in which a change is refused."""
    with pytest.raises((InvalidError, ConflictError)) as found:
        changed(case, change, NOON + HOUR, "key:k")
    return found.value.detail


def test_a_fact_says_who_did_what_when_and_why() -> None:
    new, fact = changed(CASE, replace(CONTACTED, note=" rang Ann "), NOON + HOUR, "key:k")
    assert fact == CaseFact(
        FactKind.CONTACTED, NOON + HOUR, "key:k", CaseState.OPEN, CaseState.CONTACTED, 2, note="rang Ann"
    )
    assert (new.state, new.contacted_at, new.revision) == (CaseState.CONTACTED, NOON + HOUR, 2)
    opened = opened_fact(CASE)
    assert opened == CaseFact(FactKind.OPENED, NOON, "rule:own", None, CaseState.OPEN, response="r1")


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (FactKind.RESOLVED, CaseState.RESOLVED),
        (FactKind.UNREACHABLE, CaseState.UNREACHABLE),
        (FactKind.NO_ACTION, CaseState.NO_ACTION),
    ],
)
@pytest.mark.parametrize("first", [(), (CONTACTED,), (CONTACTED, WAITING)])
def test_a_case_is_closed_with_outcome_and_root_cause_and_no_step_is_left(
    kind: FactKind, state: CaseState, first: tuple[CaseChange, ...]
) -> None:
    change = CaseChange(kind, "twice in vain", outcome=CaseOutcome.PASSED_ON, root_cause=RootCause.PEOPLE)
    closed = after(CASE, *first, change)
    assert (closed.state, closed.outcome, closed.root_cause) == (state, CaseOutcome.PASSED_ON, RootCause.PEOPLE)
    assert closed.closed_at == NOON + (1 + len(first)) * HOUR
    assert (closed.waiting_since, closed.next_step_at) == (None, None)


@pytest.mark.parametrize("kind", [FactKind.RESOLVED, FactKind.UNREACHABLE, FactKind.NO_ACTION])
def test_closing_without_a_root_cause_names_all_of_them(kind: FactKind) -> None:
    words = refused(CASE, CaseChange(kind, "tried", outcome=CaseOutcome.EXPLAINED))
    assert all(cause.value in words for cause in RootCause)


def test_closing_without_an_outcome_names_all_of_them_and_nobody_reached_is_one() -> None:
    words = refused(CASE, replace(RESOLVED, outcome=None))
    assert all(outcome.value in words for outcome in CaseOutcome)
    closed = after(CASE, CaseChange(FactKind.UNREACHABLE, "no number", root_cause=RootCause.OTHER))
    assert closed.outcome is CaseOutcome.UNREACHABLE


@pytest.mark.parametrize(
    ("case", "change", "words"),
    [
        (CASE, CaseChange(FactKind.NOTE), "note: a note needs words"),
        (CASE, CaseChange(FactKind.NOTE, "  "), "note: a note needs words"),
        (CASE, CaseChange(FactKind.NOTE, "x" * (MOST_NOTE + 1)), "note: it has 1,001 characters; at most 1,000"),
        (CASE, CaseChange(FactKind.UNREACHABLE, root_cause=RootCause.OTHER), "note: say how it was tried"),
        (CASE, CaseChange(FactKind.ASSIGNED), "owner: name the member"),
        (OWNED, CaseChange(FactKind.ASSIGNED, owner="bo"), "note: mia owns it: say why"),
        (OWNED, CaseChange(FactKind.ASSIGNED, "again", owner="mia"), "mia owns it already"),
        (CASE, replace(CONTACTED, owner="mia"), "owner: it belongs to the kind assigned"),
        (CASE, replace(CONTACTED, outcome=CaseOutcome.TEST), "outcome: it belongs to a fact that closes"),
        (CASE, replace(CONTACTED, root_cause=RootCause.OTHER), "root_cause: it belongs to a fact that closes"),
        (CASE, WAITING, "before the first contact"),
        (CASE, RESUMED, "does not wait"),
        (CASE, REOPENED, "it is open: only what is closed"),
        (after(CASE, CONTACTED), CONTACTED, "was made before: write a note"),
        (after(CASE, CONTACTED, WAITING), WAITING, "already"),
    ],
)
def test_what_a_case_does_not_allow_is_refused_in_words(case: Case, change: CaseChange, words: str) -> None:
    assert words in refused(case, change)


@pytest.mark.parametrize("kind", [kind for kind in FactKind if kind not in (FactKind.NOTE, FactKind.REOPENED)])
def test_a_closed_case_takes_notes_until_it_is_opened_again(kind: FactKind) -> None:
    closed = after(CASE, RESOLVED)
    assert after(closed, CaseChange(FactKind.NOTE, "she rang")).state is CaseState.RESOLVED
    if kind in (*OF_PEOPLE, FactKind.MOVED, FactKind.HANDED_OVER):
        given: dict[str, Any] = {"outcome": RESOLVED.outcome, "root_cause": RESOLVED.root_cause}
        change = CaseChange(kind, "why", **(given if kind.closes else {}))
        change = replace(change, owner="bo") if kind is FactKind.ASSIGNED else change
        assert refused(closed, change) == "it is closed (resolved): reopen it first"


def test_a_note_of_a_thousand_characters_is_kept_whole() -> None:
    _, fact = changed(CASE, CaseChange(FactKind.NOTE, "ß" * MOST_NOTE), NOON, "key:k")
    assert fact.note == "ß" * MOST_NOTE


def test_after_so_many_changes_a_case_takes_no_more_notes_and_all_else() -> None:
    note = CaseChange(FactKind.NOTE, "she rang")
    # What joined is no change.
    full = replace(CASE, revision=CASE.revision + MOST_CHANGES_FOR_NOTES + 40, responses=CASE.responses + 40)
    assert after(replace(full, revision=full.revision - 1), note).revision == full.revision
    assert refused(full, note) == "it was changed 500 times: it takes no more notes; close it"
    step = CaseChange(FactKind.STEP, extra={"step": "1.close.100"})
    assert after(full, step, CONTACTED, RESOLVED, REOPENED).state is CaseState.CONTACTED


def test_waiting_pauses_the_closing_clock_and_never_the_first_contact() -> None:
    waits = after(CASE, CONTACTED, WAITING, hour=10)
    assert waits.close_due_at == CASE.close_due_at
    resumed = after(waits, RESUMED, hour=31)
    # Waiting began after 11 hours, and took 20.
    assert resumed.close_due_at == CASE.close_due_at + 20 * HOUR
    assert (resumed.waiting_since, resumed.contact_due_at) == (None, CASE.contact_due_at)
    assert not resumed.breached_close


def test_time_that_was_left_when_waiting_began_is_left_in_the_hours_of_the_calendar() -> None:
    monday = NOON + 2 * 24 * HOUR
    opening = Opening(calendar=OFFICE)
    case = opened_by(Alert("demo", "own", "r1", monday), SubjectKind.PERSON, "ann", opening)
    # 120 hours of 8 a day: fifteen workdays from Monday noon.
    assert case.close_due_at == monday + 21 * 24 * HOUR
    contacted, _ = changed(case, CONTACTED, monday, "key:k", OFFICE)
    waits, _ = changed(contacted, WAITING, monday + HOUR, "key:k", OFFICE)
    # The night and the next morning until ten: five of its hours.
    resumed, _ = changed(waits, RESUMED, monday + 22 * HOUR, "key:k", OFFICE)
    assert resumed.close_due_at == case.close_due_at + 5 * HOUR


def test_waiting_moves_no_clock_that_had_run_out_before() -> None:
    late = after(CASE, CONTACTED)
    waits = after(late, WAITING, hour=200)
    assert waits.breached_close
    assert after(waits, RESUMED, hour=300).close_due_at == CASE.close_due_at


def test_what_was_breached_once_stays_so() -> None:
    late = after(CASE, CONTACTED, hour=30)
    assert (late.breached_contact, late.breached_close) == (True, False)
    closed = after(late, RESOLVED, hour=121)
    assert closed.breached_close
    again = after(closed, REOPENED, hour=122)
    assert (again.breached_contact, again.breached_close) == (True, True)
    assert not after(CASE, CONTACTED, RESOLVED).breached_close


def test_opening_again_begins_a_round_with_a_new_closing_clock() -> None:
    closed = after(CASE, CONTACTED, RESOLVED)
    again = after(closed, REOPENED, hour=50)
    assert (again.state, again.round, again.round_at) == (CaseState.CONTACTED, 2, NOON + 50 * HOUR)
    assert again.close_due_at == NOON + 170 * HOUR
    assert (again.contacted_at, again.contact_due_at) == (closed.contacted_at, CASE.contact_due_at)
    assert (again.closed_at, again.outcome, again.root_cause) == (None, None, None)
    assert after(after(CASE, RESOLVED), REOPENED).state is CaseState.OPEN


@pytest.mark.parametrize(("owner", "owned_by"), [("bo", OwnedBy.DEPUTY), (None, None)])
def test_a_case_that_is_opened_again_may_go_from_who_was_removed_to_another_one(
    owner: str | None, owned_by: OwnedBy | None
) -> None:
    closed = after(OWNED, CONTACTED, RESOLVED)
    assert after(closed, REOPENED).owner == OWNED.owner
    change = replace(REOPENED, owner=owner, owned_by=owned_by, extra={HANDED_OVER_FROM: OWNED.owner})
    again, fact = changed(closed, change, NOON, "key:k")
    assert (again.owner, again.owned_by, fact.owner) == (owner, owned_by, owner)
    assert "belongs to the kind assigned" in refused(closed, replace(REOPENED, owner="bo"))


def test_somebody_else_owns_it_by_hand_and_nobody_after_the_last_one_left() -> None:
    assigned = after(CASE, CaseChange(FactKind.ASSIGNED, owner="bo"))
    assert (assigned.owner, assigned.owned_by) == ("bo", OwnedBy.HAND)
    handed = after(OWNED, CaseChange(FactKind.HANDED_OVER, owner="bo", owned_by=OwnedBy.DEPUTY))
    assert (handed.owner, handed.owned_by) == ("bo", OwnedBy.DEPUTY)
    left = after(OWNED, CaseChange(FactKind.HANDED_OVER))
    assert (left.owner, left.owned_by) == (None, None)


def test_a_changed_calendar_moves_due_times_and_takes_no_breach_back() -> None:
    change = CaseChange(FactKind.MOVED, contact_due_at=NOON + 90 * HOUR, close_due_at=NOON + 300 * HOUR)
    moved = after(CASE, change, hour=30)
    assert (moved.contact_due_at, moved.close_due_at) == (NOON + 90 * HOUR, NOON + 300 * HOUR)
    assert moved.breached_contact
    only = after(CASE, replace(change, contact_due_at=None))
    assert (only.contact_due_at, only.breached_contact) == (CASE.contact_due_at, False)


def test_the_planner_looks_at_it_when_the_next_step_is_due() -> None:
    assert CASE.next_step_at == NOON + 12 * HOUR
    assert after(CASE, CaseChange(FactKind.NOTE, "x")).next_step_at == NOON + 12 * HOUR
    assert after(CASE, CONTACTED).next_step_at == NOON + 60 * HOUR
    assert after(CASE, CONTACTED, WAITING).next_step_at is None


def test_an_erased_case_takes_no_words_and_can_be_closed_without_them() -> None:
    for erased in (replace(CASE, person=None), replace(CASE, subject=SubjectKind.RESPONSE, response=None, person=None)):
        assert "was erased" in refused(erased, CaseChange(FactKind.NOTE, "Ann rang"))
        assert "was erased" in refused(erased, replace(RESOLVED, note="Ann rang"))
        closed = after(replace(erased, owner="mia"), CaseChange(FactKind.UNREACHABLE, root_cause=RootCause.OTHER))
        assert closed.state is CaseState.UNREACHABLE
        assert after(replace(erased, owner="mia"), CaseChange(FactKind.ASSIGNED, owner="bo")).owner == "bo"
        assert refused(closed, REOPENED) == "its subject was erased: it stays closed"


def test_a_later_response_is_noted_with_its_score() -> None:
    found = after(after(CASE, RESOLVED), CaseChange(FactKind.RESPONDED_AGAIN, extra={"at": NOON, "score": 9}), hour=99)
    assert (found.responded_again_at, found.responded_again_score) == (NOON, 9)
    assert found.state is CaseState.RESOLVED


@pytest.mark.parametrize("kind", [FactKind.STEP, FactKind.RESPONSE_CHANGED])
def test_what_only_is_noted_changes_nothing_else(kind: FactKind) -> None:
    new, fact = changed(CASE, CaseChange(kind, response="r1", extra={"percent": 50}), NOON, "earshot")
    assert new == replace(CASE, revision=2, changed_at=NOON, changed_by="earshot")
    assert (fact.response, fact.extra, fact.from_state, fact.to_state) == (
        "r1",
        {"percent": 50},
        CASE.state,
        CASE.state,
    )
