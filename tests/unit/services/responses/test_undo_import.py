"""An import is undone: what it first recorded is withdrawn, and can be imported again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.imports import Import
from earshot.domain.response import Response
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission
from earshot.services.responses import revise_response
from earshot.services.responses.revise_response import Target
from earshot.services.responses.undo_import import Undoing, undo
from tests.factories import DAY, NOON, make_submission, uuid7
from tests.fakes.alerts import no_alerts
from tests.fakes.crash import CrashError, crash_at
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.recording import ImportingWorld


class World(ImportingWorld):
    """A survey, and imports into it that are begun and undone."""

    def begin(self, *names: str) -> None:
        for name in names:
            self.imports.declare(Import("demo", name, NOON, "k"))

    def undo(self, name: str, has_time: Callable[[], bool] = lambda: True) -> Import:
        order = Undoing("demo", name, NOON + DAY, "r", "k")
        return undo(order, has_time, imports=self.imports, responses=self.ledger, **self.ports)

    def figures(self, name: str) -> tuple[int, int, int]:
        one = self.imports.items["demo", name]
        return one.new, one.known, one.withdrawn

    def counted(self) -> int:
        assert self.ledger.counted() == self.ledger.recount()
        sums = [counts for key, counts in self.ledger.counted().items() if key[1] == "all" and len(key) == 3]
        return sum(map(sum, sums))


@pytest.fixture
def world() -> World:
    made = World()
    made.begin("first", "second", "third")
    return made


def rows(name: str, count: int = 3, shift: int = 0, **more: Any) -> list[Submission]:
    sent = []
    for at in range(count):
        responded = NOON - (at + 1) * DAY + shift
        one = make_submission(at % 11, id=uuid7(responded, str(at)), rank=Rank.KEYED, comment="words", **more)
        sent.append(replace(one, import_id=name))
    return sent


def stored_responses(world: World) -> list[Response]:
    return [item for item in world.ledger.items.values() if isinstance(item, Response)]


def test_what_is_new_and_what_is_known_is_counted_once_however_often_a_message_comes(world: World) -> None:
    for _ in range(3):
        assert world.deliver(rows("first")[:2], rows("first")[2:]) == set()
    assert world.figures("first") == (3, 0, 0)
    for _ in range(2):
        world.deliver(rows("second", 5))
    assert world.figures("second") == (2, 3, 0)


def test_a_batch_posted_twice_is_noted_once_also_within_one_delivery(world: World) -> None:
    world.deliver(rows("first"))
    world.deliver(rows("second"), rows("second"))
    assert world.figures("second") == (0, 3, 0)


def test_a_crash_between_the_rows_and_the_note_loses_no_figure(world: World) -> None:
    world.deliver(rows("first"))
    noting = world.imports.note_known

    def crash(*_: object) -> None:
        raise CrashError

    world.imports.note_known = crash  # type: ignore[method-assign, assignment]
    with pytest.raises(CrashError):
        world.deliver(rows("second", 5))
    world.imports.note_known = noting  # type: ignore[method-assign]
    world.deliver(rows("second", 5))
    assert world.figures("second") == (2, 3, 0)


def test_a_note_that_meets_another_writer_comes_again_with_its_message(world: World) -> None:
    world.deliver(rows("first"))
    noting, busy = world.imports.note_known, [True]

    def note(*submissions: Any) -> None:
        if busy and busy.pop():
            raise BusyError("someone else")
        noting(*submissions)

    world.imports.note_known = note  # type: ignore[method-assign, assignment]
    assert world.deliver(rows("second")) == {0, 1, 2}
    assert world.deliver(rows("second")) == set()
    assert world.figures("second") == (0, 3, 0)


@pytest.mark.parametrize("person", [None, "ann"])
def test_an_undone_import_leaves_no_words_and_no_counts(world: World, person: str | None) -> None:
    world.deliver(rows("first", person=person, properties={"plan": "pro"}))
    assert world.counted() == 3
    done = world.undo("first")
    assert (done.state, world.figures("first"), world.counted()) == ("undone", (3, 0, 3), 0)
    assert {
        (r.kind, r.score, r.statement.comment, r.person, len(r.statement.properties)) for r in stored_responses(world)
    } == {(StatementKind.WITHDRAWN, None, None, None, 0)}
    assert not world.ledger.pointers
    again = world.undo("first")
    assert again == done


def test_what_was_known_before_stays(world: World) -> None:
    world.deliver(rows("first", 2))
    world.deliver(rows("second", 5))
    world.undo("second")
    assert world.counted() == 2
    assert world.figures("second") == (3, 2, 3)


def test_a_wrong_zone_is_undone_and_imported_right_and_undone_again(world: World) -> None:
    world.deliver(rows("first", shift=3_600_000))
    world.undo("first")
    world.deliver(rows("second"))
    assert (world.counted(), world.figures("second")) == (3, (3, 0, 0))
    world.undo("first")
    assert world.counted() == 3
    world.undo("second")
    assert world.counted() == 0


def test_the_same_rows_are_recorded_again_under_their_next_generation_each_time(world: World) -> None:
    for name in ("first", "second", "third"):
        for _ in range(2):  # whatever is delivered twice counts once
            world.deliver(rows(name))
        assert (world.counted(), world.figures(name)) == (3, (3, 0, 0))
        world.undo(name)
        world.undo(name)
        assert world.counted() == 0
    assert len(stored_responses(world)) == 9


def test_a_message_that_comes_after_the_undoing_records_nothing(world: World) -> None:
    world.deliver(rows("first")[:1])
    world.undo("first")
    assert world.deliver(rows("first")) == set()
    assert (world.counted(), world.figures("first")) == (0, (1, 0, 1))
    world.deliver(rows("second"))
    assert world.counted() == 3


def test_an_erasure_is_never_taken_back_by_an_undoing_and_a_new_import(world: World) -> None:
    world.deliver(rows("first"))
    target = Target("demo", rows("first")[0].id, NOON, "r", "k")
    ports: dict[str, Any] = {"surveys": world.surveys, "invitations": InMemoryInvitations(), **world.ports}
    ports["alerts"] = no_alerts()
    revise_response.erase(target, **ports)
    world.undo("first")
    world.deliver(rows("second"))
    assert (world.counted(), world.figures("second")) == (2, (2, 1, 0))


def test_what_a_key_corrected_is_withdrawn_and_can_be_corrected_no_more(world: World) -> None:
    world.deliver(rows("first"))
    target = Target("demo", rows("first")[0].id, NOON, "r", "k")
    ports: dict[str, Any] = {"surveys": world.surveys, **world.ports}
    revise_response.correct(target, {"score": 10}, **ports)
    world.undo("first")
    assert world.counted() == 0
    with pytest.raises(Exception, match="undone"):
        revise_response.correct(target, {"score": 10}, **ports)


def test_an_undoing_without_time_goes_on_where_it_ended(world: World) -> None:
    world.deliver(rows("first", 7, person="ann"))
    turns = 0
    while world.undo("first", _some_time(2)).state != "undone":
        turns += 1
        assert world.ledger.counted() == world.ledger.recount()
        assert turns < 20
    assert turns > 1
    assert (world.counted(), world.figures("first")) == (0, (7, 0, 7))


def test_an_import_that_there_is_not_cannot_be_undone(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.undo("other")


def _some_time(turns: int) -> Callable[[], bool]:
    left = iter([True] * turns)
    return lambda: next(left, False)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_after_any_deliveries_undoings_and_crashes_counts_and_figures_equal_a_recount(data: st.DataObject) -> None:
    world = World()
    names = ("first", "second", "third")
    world.begin(*names)
    crashes = _crashing(world, data)
    for _ in range(data.draw(st.integers(1, 10))):
        name, persons = data.draw(st.sampled_from(names)), data.draw(st.sampled_from([None, "ann"]))
        try:
            if data.draw(st.booleans()):
                world.deliver(rows(name, data.draw(st.integers(1, 4)), person=persons))
            else:
                world.undo(name, _some_time(data.draw(st.integers(0, 5))))
        except CrashError:
            pass
        assert world.ledger.counted() == world.ledger.recount()
    crashes.clear()
    for name in names:
        own = [item for item in stored_responses(world) if item.import_id == name]
        assert world.figures(name)[0] == len(own)
        assert world.figures(name)[2] == sum(item.kind is StatementKind.WITHDRAWN for item in own)
        world.undo(name)
    assert world.counted() == 0


def _crashing(world: World, data: st.DataObject) -> list[int]:
    """End the process before or after some commits, until the list is cleared."""
    places = data.draw(st.lists(st.integers(0, 30), max_size=4))
    crash_at(world.ledger, places)
    return places
