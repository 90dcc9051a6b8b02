"""The open cases of a changed calendar are looked at, page by page and turn by turn."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.cases import Case, CaseOutcome, RootCause, SubjectKind
from earshot.domain.opened_cases import Opening, opened_by
from earshot.domain.turn import Turn
from earshot.services.cases import follow_calendars
from earshot.services.cases.follow_calendars import FollowCalendarsDeps, follow_calendar
from tests.factories import NOON
from tests.fakes.alerts import DelayedQueue, InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.queues_and_bus import InMemoryQueue

OFFICE = Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)})
CASE = opened_by(Alert("demo", "own", "r1", NOON), SubjectKind.PERSON, "ann", Opening(calendar=OFFICE))


def cases_of(*cases: Case) -> InMemoryCases:
    made = InMemoryCases(InMemoryAlerts())
    made.kept = {case.id: case for case in cases}
    return made


def numbered(number: int) -> list[Case]:
    return [replace(CASE, id=f"case-{each}", contact_due_at=NOON + each) for each in range(number)]


def follow(cases: InMemoryCases, task: dict[str, Any], *has_time: bool) -> tuple[list[str], list[Any]]:
    """Return the cases that a turn queues, and the message that it leaves to the next."""
    left, queue, plans = list(has_time), DelayedQueue(), InMemoryQueue()
    turn = Turn.of(task, lambda: bool(left and left.pop(0)))
    number = follow_calendar(task, turn, FollowCalendarsDeps(cases, queue, plans))
    found = [str(message["case_steps"]) for message, _ in queue.tasks]
    assert len(found) == number
    return found, [message for message, _ in plans.sent]


def test_only_the_open_cases_of_the_calendar_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_calendars, "PAGE", 2)
    others = [replace(CASE, id="other", calendar="shop"), replace(CASE, id="free", calendar=None)]
    closing = CaseChange(FactKind.NO_ACTION, outcome=CaseOutcome.TEST, root_cause=RootCause.OTHER)
    closed = changed(replace(CASE, id="closed"), closing, NOON, "key:k", OFFICE)[0]
    found, left = follow(cases_of(*numbered(3), *others, closed), {"calendar_changed": "office"}, True, True, True)
    assert (sorted(found), left) == (["case-0", "case-1", "case-2"], [])


def test_what_is_left_is_looked_at_by_the_next_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_calendars, "PAGE", 2)
    cases, found, turns = cases_of(*numbered(5)), list[str](), 0
    tasks: list[Any] = [{"calendar_changed": "office"}]
    while tasks:
        queued, tasks = follow(cases, tasks[0])
        found, turns = found + queued, turns + 1
    assert (sorted(found), turns) == ([each.id for each in numbered(5)], 3)


def test_of_no_open_case_nothing_is_queued() -> None:
    assert follow(cases_of(), {"calendar_changed": "office"}) == ([], [])
