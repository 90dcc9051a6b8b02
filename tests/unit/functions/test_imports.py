"""Imports over HTTP: declared, listed, shown and undone."""

from typing import Any

import pytest

from earshot.domain.imports import Import
from earshot.services.responses.record_responses import record
from tests.factories import make_submission, uuid7
from tests.fakes.fake_time import no_pause
from tests.unit.functions.conftest import World

ALL, PATH = "/v1/surveys/{survey}/imports", "/v1/surveys/demo/imports"
ONE = ALL + "/{import}"


def put(world: World, body: dict[str, object], name: str = "reviews", survey: str = "demo") -> tuple[int, Any]:
    return world.ask("revise_response", f"PUT {ONE}", f"/v1/surveys/{survey}/imports/{name}", body)


def test_an_import_is_begun_and_ended_under_an_id_of_its_makers_choice(world: World) -> None:
    status, begun = put(world, {"file": "reviews.csv"})
    assert (status, begun["state"], begun["accepted"], begun["by"]) == (200, "recording", None, "000000000000")
    assert put(world, {"file": "reviews.csv"}) == (200, begun)
    status, ended = put(world, {"accepted": 0, "refused": 3})
    assert (ended["state"], ended["file"], ended["accepted"], ended["refused"]) == ("recorded", "reviews.csv", 0, 3)
    assert ended["started_at"] == begun["started_at"]
    assert world.ask("revise_response", f"GET {ONE}", f"{PATH}/reviews") == (200, ended)


def test_imports_are_listed_the_newest_first(world: World) -> None:
    for at, name in enumerate(("old", "new")):
        world.imports.declare(Import("demo", name, at))
    status, body = world.ask("revise_response", f"GET {ALL}", PATH)
    assert (status, [one["id"] for one in body["imports"]]) == (200, ["new", "old"])


@pytest.mark.parametrize(
    "body", [{"accepted": -1}, {"accepted": 1.5}, {"refused": "3"}, {"file": ""}, {"file": "x" * 201}, {"rows": 3}]
)
def test_what_makes_no_sense_is_refused(world: World, body: dict[str, object]) -> None:
    assert put(world, body)[0] == 400


def test_an_import_has_a_plain_id_and_an_existing_survey(world: World) -> None:
    assert put(world, {}, "No!")[0] == 400
    assert put(world, {}, survey="gone")[0] == 404
    assert world.ask("revise_response", f"GET {ONE}", f"{PATH}/other")[0] == 404
    assert world.ask("revise_response", f"POST {ONE}/undo", f"{PATH}/other/undo")[0] == 404


def test_an_undone_import_counts_no_more_and_a_repeat_changes_nothing(world: World) -> None:
    world.imports.declare(Import("demo", "reviews", 0, accepted=2))
    submissions = [make_submission(3, id=uuid7(seed=str(at)), import_id="reviews") for at in range(2)]
    record(submissions, surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)
    for _ in range(2):
        status, body = world.ask("revise_response", f"POST {ONE}/undo", f"{PATH}/reviews/undo")
        assert (status, body["state"], body["new"], body["withdrawn"], body["remaining"]) == (200, "undone", 2, 2, 0)
    assert world.ledger.counted() == world.ledger.recount() == {}


def test_an_undoing_that_runs_out_of_time_reports_what_remains(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.imports.declare(Import("demo", "reviews", 0))
    submissions = [make_submission(3, id=uuid7(seed=str(at)), import_id="reviews") for at in range(2)]
    record(submissions, surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)
    monkeypatch.setattr("functions.revise_response.app.TURN", -1)
    status, body = world.ask("revise_response", f"POST {ONE}/undo", f"{PATH}/reviews/undo")
    assert (status, body["state"], body["remaining"]) == (202, "undoing", 2)
