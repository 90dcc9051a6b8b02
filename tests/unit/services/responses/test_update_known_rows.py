"""An import that updates corrects the properties of responses that are known, once however often it comes."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.domain.imports import Import
from earshot.domain.response import Response
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission
from earshot.services.responses import revise_response
from earshot.services.responses.revise_response import Target
from earshot.services.responses.undo_import import Undoing, undo
from tests.factories import NOON, make_submission, uuid7
from tests.fakes.alerts import no_alerts
from tests.fakes.crash import CrashError, crash_at
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.recording import ImportingWorld


class World(ImportingWorld):
    """A survey with a segment, and three imports into it."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("first", "second", "third"):
            self.imports.declare(Import("demo", name, NOON, "k"))

    def deliver(self, *messages: list[Submission]) -> set[int]:
        failed = super().deliver(*messages)
        assert failed == set()
        assert self.ledger.counted() == self.ledger.recount()
        return failed

    def figures(self, name: str) -> tuple[int, int, int]:
        one = self.imports.items["demo", name]
        return one.new, one.known, one.updated

    def stored_responses(self) -> list[Response]:
        return [item for item in self.ledger.items.values() if isinstance(item, Response)]

    def properties(self) -> list[dict[str, str]]:
        return [dict(one.statement.properties) for one in self.stored_responses()]

    def series(self, name: str) -> int:
        days = self.ledger.days("demo", name, "2026-01-01", "2027-01-01")
        return sum(sum(histogram.counts) for histogram in days.values())

    def target(self) -> Target:
        return Target("demo", self.stored_responses()[0].id, NOON + 1000, "r", "k")


@pytest.fixture
def world() -> World:
    return World()


def rows(name: str, later: int = 0, count: int = 3, *, updates: bool = True, **properties: str) -> list[Submission]:
    submissions = [
        make_submission(
            at % 11,
            id=uuid7(NOON, str(at)),
            rank=Rank.KEYED,
            received_at=NOON + later,
            emit_events=False,
            by="k",
            person="ann" if at == 1 else None,
            properties=properties,
        )
        for at in range(count)
    ]
    return [replace(one, import_id=name, updates=updates) for one in submissions]


def test_a_column_more_corrects_the_properties_and_the_counts_of_segments_follow(world: World) -> None:
    world.deliver(rows("first", team="x"))
    for _ in range(2):  # the message comes twice
        world.deliver(rows("second", 5, plan="pro"))
        assert world.properties() == [{"team": "x", "plan": "pro"}] * 3
        assert (world.series("all"), world.series("plan=pro")) == (3, 3)
        assert world.figures("second") == (0, 3, 3)
    world.deliver(rows("third", 9, plan="pro"))
    assert world.figures("third") == (0, 3, 0)
    corrections = [one.history.corrections for one in world.stored_responses()]
    assert {(c.by, c.changed, c.reason) for (c,) in corrections} == {("k", ("properties",), "import second")}
    assert {(one.score, one.person, one.kind) for one in world.stored_responses()} == {
        (0, None, StatementKind.CHANGED_WITH_KEY),
        (1, "ann", StatementKind.CHANGED_WITH_KEY),
        (2, None, StatementKind.CHANGED_WITH_KEY),
    }
    assert not [one for one in world.stored_responses() if one.last_event]


def test_without_it_what_is_known_stays(world: World) -> None:
    world.deliver(rows("first", plan="free"))
    world.deliver(rows("second", 5, updates=False, plan="pro"))
    assert (world.series("plan=free"), world.figures("second")) == (3, (0, 3, 0))


def test_a_row_moves_to_another_segment_and_new_rows_are_recorded_with_it(world: World) -> None:
    world.deliver(rows("first", count=2, plan="free"))
    world.deliver(rows("second", 5, plan="pro"))
    assert (world.series("plan=free"), world.series("plan=pro")) == (0, 3)
    assert world.figures("second") == (1, 2, 2)


def test_a_message_that_comes_again_late_takes_nothing_back(world: World) -> None:
    world.deliver(rows("first", plan="free"))
    world.deliver(rows("second", 5, plan="pro"))
    changes = {"properties": {"plan": "mended"}}
    revise_response.correct(world.target(), changes, surveys=world.surveys, **world.ports)
    world.deliver(rows("second", 5, plan="pro"))
    world.deliver(rows("first", plan="free"))
    assert [one["plan"] for one in world.properties()] == ["mended", "pro", "pro"]
    world.deliver(rows("third", 2000, plan="pro"))
    assert world.figures("third") == (0, 3, 1)


def test_a_score_and_a_comment_that_differ_under_the_same_id_stay_as_they_were(world: World) -> None:
    world.deliver(rows("first", count=1))
    (row,) = rows("second", 5, count=1, plan="pro")
    world.deliver([replace(row, statement=replace(row.statement, score=9, comment="other"))])
    (current,) = world.stored_responses()
    assert (current.score, current.statement.comment, dict(current.statement.properties)) == (
        0,
        None,
        {"plan": "pro"},
    )


def test_a_person_who_becomes_known_is_joined_with_the_correction(world: World) -> None:
    world.deliver(rows("first", count=1))
    (row,) = rows("second", 5, count=1, plan="pro")
    world.deliver([replace(row, statement=replace(row.statement, person="bob"))])
    (current,) = world.stored_responses()
    assert (current.person, dict(current.statement.properties), current.revision) == ("bob", {"plan": "pro"}, 2)


def test_what_was_erased_stays_so(world: World) -> None:
    world.deliver(rows("first"))
    ports: dict[str, Any] = {"surveys": world.surveys, "invitations": InMemoryInvitations(), **world.ports}
    ports["alerts"] = no_alerts()
    revise_response.erase(world.target(), **ports)
    world.deliver(rows("second", 5, plan="pro"))
    assert (world.series("plan=pro"), world.figures("second")) == (2, (0, 3, 2))
    assert world.properties()[0] == {}


def test_an_undone_import_corrects_nothing_more_and_its_corrections_stay(world: World) -> None:
    world.deliver(rows("first", plan="free"))
    world.deliver(rows("second", 5, count=1, plan="pro"))
    undo(
        Undoing("demo", "second", NOON, "r", "k"),
        lambda: True,
        imports=world.imports,
        responses=world.ledger,
        **world.ports,
    )
    world.deliver(rows("second", 6, plan="pro"))
    assert (world.series("plan=free"), world.series("plan=pro")) == (2, 1)
    assert world.figures("second")[2] == 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_after_any_deliveries_and_crashes_counts_and_figures_are_exact(data: st.DataObject) -> None:
    world = World()
    world.deliver(rows("first", count=4, plan="free"))
    places = data.draw(st.lists(st.integers(0, 20), max_size=4))
    crash_at(world.ledger, places)
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(["second", "third"]))
        later, plan = (5, "pro") if name == "second" else (9, "team")
        with suppress(CrashError):
            world.deliver(rows(name, later, data.draw(st.integers(1, 4)), plan=plan))
        assert world.ledger.counted() == world.ledger.recount()
    corrections = [c for one in world.stored_responses() for c in one.history.corrections]
    for name in ("second", "third"):
        assert world.figures(name)[2] == sum(c.reason == f"import {name}" for c in corrections)
