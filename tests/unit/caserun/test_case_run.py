"""The run of cases, shortened: no step twice, none outside hours, no case left alone, and measures equal a recount."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from benchmarks.caserun import staff
from benchmarks.caserun.stores import Stores, in_process
from benchmarks.caserun.verifier import Kind, Verifier, Violation, is_inside
from benchmarks.caserun.world import Plan, World
from benchmarks.longrun.broken_ports import Replaced
from benchmarks.longrun.timeline import DAY, HOUR, MINUTE
from earshot.domain.business_time import WEEKDAYS, next_opening
from earshot.domain.case_facts import FactKind
from earshot.ports.cases import Raised
from earshot.ports.destinations import Due
from earshot.services.cases import take_steps

Change = Callable[[Stores], Stores]


def ran(cases: int, seed: int, change: Change = lambda stores: stores) -> tuple[World, list[Violation]]:
    world = World(Plan(cases, 21, seed, planning=15 * MINUTE), lambda team: change(in_process(team)))
    world.run()
    return world, Verifier(world.facts, world.real, world.line.now).verify()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_breaks_every_step_is_taken_once_and_what_is_kept_is_what_happened(seed: int) -> None:
    world, found = ran(60, seed)
    assert found == []
    # There was something to look at, and something was in the way.
    kinds = {fact.kind for story in world.facts.stories.values() for fact, _ in story.facts}
    assert {FactKind.STEP, FactKind.CONTACTED, FactKind.WAITING, FactKind.REOPENED, FactKind.MOVED} <= kinds
    assert {"owner", "contact", "close"} == {mail.step.split(".")[1] for mail in world.facts.mails}
    assert {"bea", "lea", "lou", "head"} <= {mail.reader for mail in world.facts.mails}
    assert world.counts["faster"] > 5
    assert world.counts["broken runs"] > 50
    assert not any(queue.waiting or queue.dead for queue in world.queues.values())


def test_the_same_seed_makes_the_same_run() -> None:
    (one, _), (other, _) = ran(8, 7), ran(8, 7)
    assert one.facts.mails == other.facts.mails
    assert one.faults.broken == other.faults.broken


def loses_an_escalation(stores: Stores) -> Stores:
    lost: set[str] = set()

    def change(real: Any, old: Any, new: Any, fact: Any) -> Any:
        if fact.kind is FactKind.STEP and old.id not in lost:
            lost.add(old.id)
            new = replace(new, steps=old.steps, next_step_at=old.next_step_at)
        return real(old, new, fact)

    return stores.but(cases=Replaced(stores.cases, change=change))


def knows_no_hours(stores: Stores) -> Stores:
    def get(real: Any, calendar: str) -> Any:
        return replace(real(calendar), hours=dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))

    return stores.but(calendars=Replaced(stores.calendars, get=get))


def overlooks_waiting(stores: Stores) -> Stores:
    def get(real: Any, case: str) -> Any:
        found = real(case)
        return found and replace(found, waiting_since=None)

    return stores.but(cases=Replaced(stores.cases, get=get))


def knows_nobody_who_left(stores: Stores) -> Stores:
    def everybody(real: Any) -> Any:
        return {name: replace(each, removed_at=None) for name, each in real().items()}

    return stores.but(members=Replaced(stores.members, all=everybody))


def looks_at_half(stores: Stores) -> Stores:
    def due(real: Any, *asked: Any) -> Due:
        found: Due = real(*asked)
        return replace(found, cases=[case for case in found.cases if case < "8"])

    return stores.but(deliveries=Replaced(stores.deliveries, due=due))


def takes_breaches_back(stores: Stores) -> Stores:
    def change(real: Any, old: Any, new: Any, fact: Any) -> Any:
        kept = not fact.kind.closes
        return real(old, replace(new, breached_contact=kept and new.breached_contact), fact)

    return stores.but(cases=Replaced(stores.cases, change=change))


def keeps_no_outcome(stores: Stores) -> Stores:
    def change(real: Any, old: Any, new: Any, fact: Any) -> Any:
        return real(old, replace(new, outcome=None), fact)

    return stores.but(cases=Replaced(stores.cases, change=change))


def lists_no_first_case(stores: Stores) -> Stores:
    def listed(real: Any, *asked: Any) -> Any:
        page, more = real(*asked)
        return page[1:], more

    return stores.but(cases=Replaced(stores.cases, listed=listed))


def opens_half(stores: Stores) -> Stores:
    def opened(real: Any, alert: Any, case: Any) -> Raised:
        return real(alert, case) if case.id < "8" else Raised(is_made=False, earlier=alert)

    return stores.but(cases=Replaced(stores.cases, open=opened))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (loses_an_escalation, Kind.NOTED_TWICE),
        (knows_no_hours, Kind.OUTSIDE_HOURS),
        (overlooks_waiting, Kind.NOT_WANTED),
        (knows_nobody_who_left, Kind.TO_WHO_LEFT),
        (looks_at_half, Kind.LEFT_OUT),
        (takes_breaches_back, Kind.BREACH),
        (keeps_no_outcome, Kind.CONTRADICTED),
        (keeps_no_outcome, Kind.MEASURE),
        (lists_no_first_case, Kind.BOARD),
        (opens_half, Kind.LOST),
    ],
)
def test_the_verifier_finds_what_is_broken(change: Change, kind: Kind) -> None:
    _, found = ran(25, 1, change)
    assert kind in {each.kind for each in found}


def test_the_verifier_finds_a_step_that_has_mails_of_several_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, mail = count(), take_steps.step_mail
    monkeypatch.setattr(take_steps, "step_mail", lambda *of: replace(mail(*of), id=f"d-{next(numbers)}"))
    _, found = ran(25, 1)
    assert Kind.MAILED_TWICE in {each.kind for each in found}


@pytest.mark.parametrize("calendar", [*staff.CALENDARS, staff.LATER])
def test_the_verifier_s_hours_are_those_of_the_calendar(calendar: Any) -> None:
    moments = range(staff.START, staff.START + 91 * DAY, 7 * HOUR // 5)
    assert all(is_inside(calendar, moment) == (next_opening(calendar, moment) == moment) for moment in moments)
