"""Calls from outside change a case once, later facts win, and nothing that was reported is lost."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import MOST_CHANGES_FOR_NOTES, CaseChange, FactKind
from earshot.domain.cases import Case, CaseOutcome, CaseState, RootCause
from earshot.domain.deliveries import DeliveryState
from earshot.domain.errors import BusyError
from earshot.domain.inbound_calls import InboundCall
from earshot.services.alerts.deliver_again import AgainTask
from earshot.services.cases.apply_inbound import NO_WORDS, ApplyInboundDeps, apply_call
from earshot.services.cases.change_case import ChangeCaseDeps, change_case
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from tests.factories import NOON, make_person
from tests.fakes.alerts import InMemoryAlerts, InMemoryDeliveries, InMemoryDestinations
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.team import InMemoryMembers

SECOND = 1_000
CLOSING = {
    FactKind.RESOLVED: CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE),
    FactKind.NO_ACTION: CaseChange(FactKind.NO_ACTION, outcome=CaseOutcome.TEST, root_cause=RootCause.OTHER),
}


class World:
    """Ann's case, a helpdesk that calls about it, and people who work on it."""

    def __init__(self) -> None:
        self.alerts = InMemoryAlerts()
        self.cases = InMemoryCases(self.alerts, {"ann": make_person()})
        self.deliveries = InMemoryDeliveries(InMemoryDestinations())
        self.now, self.calls = NOON, 0
        self.change = ChangeCaseDeps(
            self.cases, InMemoryCalendars(), InMemoryMembers(), pause=no_pause, clock=lambda: self.now
        )
        self.case = self.open("r1")

    def open(self, response: str) -> str:
        alert = Alert("demo", "own", response, NOON)
        opened = raise_in_case(alert, CaseBy.PERSON, "ann", OpenCasesDeps(self.alerts, self.cases, no_pause))
        return opened.alert.case or ""

    def by_hand(self, change: CaseChange) -> Case:
        self.now += SECOND
        return change_case(self.case, None, change, "key:k", self.change)

    def call(self, state: str, **fields: Any) -> InboundCall:
        """Return a call that is taken a moment later."""
        self.now += SECOND
        self.calls += 1
        return InboundCall("to-1", f"msg_{self.calls}", self.now, self.case, state, **fields)

    def apply(self, call: InboundCall) -> str:
        self.now += SECOND
        return apply_call(call, ApplyInboundDeps(self.change, self.deliveries, no_pause))

    def report(self, state: str, **fields: Any) -> str:
        return self.apply(self.call(state, **fields))

    @property
    def kept(self) -> Case:
        return self.cases.kept[self.case]

    @property
    def facts(self) -> list[tuple[str, str | None]]:
        return [(fact.kind.value, fact.note) for fact in self.cases.facts(self.case)]

    def meanwhile(self, write: Callable[[], Any]) -> None:
        """Make somebody else write once, after the case was read and before it is written."""
        change, others = self.cases.change, iter([write])

        def late(*args: Any) -> bool:
            if other := next(others, None):
                other()
            return change(*args)

        self.cases.change = late  # type: ignore[method-assign, assignment]


@pytest.fixture
def world() -> World:
    return World()


def test_a_helpdesk_contacts_and_closes_as_its_destination(world: World) -> None:
    assert world.report("contacted") == "applied"
    call = world.call("resolved", outcome="compensated", root_cause="delivery", note="A new bag.")
    assert world.apply(call) == "applied"
    assert (world.kept.state, world.kept.outcome, world.kept.root_cause) == (
        CaseState.RESOLVED,
        CaseOutcome.COMPENSATED,
        RootCause.DELIVERY,
    )
    assert world.facts == [("contacted", None), ("resolved", "A new bag.")]
    last = world.cases.facts(world.case)[-1]
    assert (last.actor, last.extra) == ("destination:to-1", {"call": "msg_2", "taken_at": call.at})


@pytest.mark.parametrize(
    ("state", "outcome", "note"),
    [
        ("resolved", "resolved_with_customer", None),
        ("unreachable", "unreachable", NO_WORDS),
        ("no_action", "not_ours", None),
    ],
)
def test_what_a_closing_call_lacks_follows_from_its_state(
    world: World, state: str, outcome: str, note: str | None
) -> None:
    assert world.report(state) == "applied"
    assert (world.kept.outcome, world.kept.root_cause) == (CaseOutcome(outcome), RootCause.OTHER)
    assert world.facts == [(state, note)]


def test_a_state_that_the_case_has_changes_nothing_and_its_note_is_kept(world: World) -> None:
    assert world.report("open") == "unchanged"
    assert world.report("contacted") == "applied"
    assert world.report("open") == "unchanged"
    revision = world.kept.revision
    assert world.report("contacted") == "unchanged"
    assert world.kept.revision == revision
    assert world.report("contacted", note="Called twice.") == "noted"
    world.report("resolved")
    assert world.report("resolved", note="Sent a card.", outcome="test") == "noted"
    assert world.facts == [
        ("contacted", None), ("note", "Called twice."), ("resolved", None), ("note", "Sent a card."),
    ]  # fmt: skip
    assert world.kept.outcome is CaseOutcome.RESOLVED_WITH_CUSTOMER


def test_what_is_closed_is_opened_again_by_a_call_for_that_alone(world: World) -> None:
    world.report("contacted")
    world.report("resolved")
    assert world.report("contacted") == "noted"
    assert world.kept.state is CaseState.RESOLVED
    assert world.report("open", note="It broke again.") == "applied"
    assert (world.kept.state, world.kept.round) == (CaseState.CONTACTED, 2)
    assert [kind for kind, _ in world.facts] == ["contacted", "resolved", "note", "reopened"]


@pytest.mark.parametrize("state", ["contacted", "unreachable", "no_action"])
def test_what_no_longer_fits_a_closed_case_is_kept_as_a_note(world: World, state: str) -> None:
    world.by_hand(CLOSING[FactKind.RESOLVED])
    assert world.report(state, note="See ticket 7.") == "noted"
    assert world.kept.state is CaseState.RESOLVED
    why = f"Reported as {state}, and not applied: the case is closed (resolved). See ticket 7."
    assert world.facts[-1] == ("note", why)


def test_a_call_that_comes_twice_changes_the_case_once(world: World) -> None:
    call = world.call("resolved")
    assert [world.apply(call), world.apply(call)] == ["applied", "repeated"]
    world.report("open")
    assert world.apply(call) == "repeated"
    assert world.kept.state is CaseState.OPEN
    note = world.call("open", note="Once.")
    assert [world.apply(note), world.apply(note)] == ["noted", "repeated"]
    other = replace(call, destination="to-2", at=world.now + SECOND)
    assert world.apply(other) == "applied"


def test_a_call_that_two_runs_apply_at_once_is_one_fact(world: World) -> None:
    call = world.call("contacted")
    world.meanwhile(lambda: world.apply(call))
    assert world.apply(call) == "repeated"
    assert world.facts == [("contacted", None)]


def test_a_change_in_between_is_looked_at_again_and_both_are_kept(world: World) -> None:
    world.meanwhile(lambda: world.by_hand(CaseChange(FactKind.CONTACTED)))
    assert world.report("resolved") == "applied"
    assert [kind for kind, _ in world.facts] == ["contacted", "resolved"]


def test_of_two_who_close_at_once_the_first_holds_and_the_other_is_a_note(world: World) -> None:
    world.meanwhile(lambda: world.by_hand(CLOSING[FactKind.NO_ACTION]))
    assert world.report("resolved") == "noted"
    assert world.kept.state is CaseState.NO_ACTION
    assert [kind for kind, _ in world.facts] == ["no_action", "note"]


def test_a_closing_call_that_was_overtaken_does_not_close_what_was_opened_again(world: World) -> None:
    late = world.call("resolved")
    world.by_hand(CLOSING[FactKind.NO_ACTION])
    world.by_hand(CaseChange(FactKind.REOPENED))
    assert world.apply(late) == "noted"
    assert world.kept.state is CaseState.OPEN
    assert world.facts[-1][1] == "Reported as resolved, and not applied: the case was opened again later."


def test_an_opening_call_that_was_overtaken_does_not_open_what_was_closed(world: World) -> None:
    world.by_hand(CLOSING[FactKind.NO_ACTION])
    late = world.call("open")
    world.by_hand(CaseChange(FactKind.REOPENED))
    world.by_hand(CLOSING[FactKind.RESOLVED])
    assert world.apply(late) == "noted"
    assert world.kept.state is CaseState.RESOLVED


def test_calls_are_of_when_they_were_taken_and_not_of_when_they_were_applied(world: World) -> None:
    closing, opening = world.call("resolved"), world.call("open")
    assert [world.apply(closing), world.apply(opening)] == ["applied", "applied"]
    assert world.kept.state is CaseState.OPEN


def test_what_cannot_be_opened_as_another_case_is_open_is_a_note(world: World) -> None:
    world.by_hand(CLOSING[FactKind.RESOLVED])
    other = world.open("r2")
    assert world.report("open") == "noted"
    assert f"another case is open: {other}" in (world.facts[-1][1] or "")


@pytest.mark.parametrize("state", ["contacted", "resolved", "unreachable"])
def test_a_case_whose_person_was_erased_moves_without_words(world: World, state: str) -> None:
    world.cases.anonymize("ann")
    assert world.report(state, note="Ann moved.") == "applied"
    assert world.facts == [(state, None)]
    assert world.report(state, note="Ann moved.") == "unchanged"
    if world.kept.state.is_closed:
        assert world.report("open", note="Ann moved.") == "left out"
        assert world.report("contacted", note="Ann moved.") == "left out"
    assert "Ann" not in repr(world.cases.kept_facts)


def test_a_call_on_a_case_that_there_is_not_is_found_among_what_is_parked(world: World) -> None:
    call = replace(world.call("resolved", note="Anna Berg called."), case="6f1f5b54-3a2d-5f0e-9d0c-0a6e1a5f7c11")
    assert [world.apply(call), world.apply(call)] == ["unknown case"] * 2
    (parked,) = world.deliveries.kept.values()
    assert (parked.destination, parked.state, parked.type) == ("to-1", DeliveryState.PARKED, "case.inbound")
    assert parked.reason == f"it called to change a case, and there is no case {call.case}"
    assert "Anna" not in repr(parked)
    again = AgainTask("to-1", world.now, delivered=True)
    assert not again.wants(parked)


def test_others_who_write_all_the_while_let_it_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> bool:
        kept = world.kept
        world.cases.kept[world.case] = replace(kept, revision=kept.revision + 1)
        return False

    monkeypatch.setattr(world.cases, "change", never)
    with pytest.raises(BusyError):
        world.report("contacted")


def test_words_that_nobody_knows_let_it_come_again(world: World) -> None:
    with pytest.raises(ValueError, match="weather"):
        world.report("resolved", root_cause="weather")
    with pytest.raises(ValueError, match="gone"):
        world.report("gone")
    assert world.facts == []


def test_what_a_case_with_very_many_changes_is_called_about_is_left_out_but_for_what_it_needs() -> None:
    world = World()
    world.cases.kept[world.case] = replace(world.kept, revision=MOST_CHANGES_FOR_NOTES + world.kept.responses)
    assert world.report("open", note="Ann rang.") == "left out"
    assert world.report("resolved") == "applied"
    assert world.report("contacted", note="Ann rang.") == "left out"
