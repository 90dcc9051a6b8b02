"""Correcting and erasing over HTTP."""

from typing import Any

import pytest

from earshot.services.responses.record_responses import record
from tests.factories import make_submission, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.unit.functions.conftest import World

PATCH, DELETE = ("PATCH /v1/surveys/{survey}/responses/{response}", "DELETE /v1/surveys/{survey}/responses/{response}")
PATH = f"/v1/surveys/demo/responses/{uuid7()}"


@pytest.fixture(autouse=True)
def record_responses(world: World) -> None:
    record(
        [make_submission(3, comment="bad")],
        surveys=world.surveys,
        ledger=world.ledger,
        people=InMemoryPeople(),
        pause=no_pause,
    )


def test_a_correction_shows_the_response_as_it_is_now(world: World) -> None:
    status, body = world.ask("revise_response", PATCH, PATH, {"score": 9})
    assert (status, body["score"], body["comment"], body["state"], body["revision"]) == (200, 9, "bad", "changed", 2)
    assert world.ledger.counted() == world.ledger.recount()


def test_an_exclusion_shows_its_reason_and_by_which_key(world: World) -> None:
    status, body = world.ask("revise_response", PATCH, PATH, {"excluded": True, "reason": "a test"})
    assert (status, body["state"], body["excluded"], body["exclusion_reason"]) == (200, "excluded", True, "a test")
    (correction,) = body["history"]
    assert correction == {
        "action": "excluded",
        "corrected_at": correction["corrected_at"],
        "by": "000000000000",
        "changed": ["excluded"],
        "scores": None,
        "reason": "a test",
    }
    assert (body["history_left_out"], body["series"], world.ledger.counted()) == (0, [], {})


def test_an_exclusion_without_a_reason_is_refused_in_one_sentence_and_changes_nothing(world: World) -> None:
    status, body = world.ask("revise_response", PATCH, PATH, {"excluded": True, "score": 0})
    assert status == 400
    assert body["detail"] == "reason: give a reason of 1 to 500 characters why the response is excluded"
    found = world.ledger.find("demo", uuid7())
    assert found is not None
    assert found.revision == 1


def test_a_repeated_erasure_emits_nothing_more(world: World) -> None:
    for _ in range(2):
        assert world.ask("revise_response", DELETE, PATH) == (204, None)
    assert world.ledger.counted() == {}
    assert world.ask("revise_response", PATCH, PATH, {"score": 9})[0] == 404


@pytest.mark.parametrize(
    ("body", "status"), [({"score": 11}, 400), ({}, 400), ({"person": "x"}, 400), ("nope", 400), ("x" * 70_000, 413)]
)
def test_a_correction_that_makes_no_sense_is_refused(world: World, body: object, status: int) -> None:
    assert world.ask("revise_response", PATCH, PATH, body)[0] == status


def test_nothing_is_touched_without_a_key_or_under_no_id(world: World) -> None:
    for route in (PATCH, DELETE):
        assert world.ask("revise_response", route, PATH, {"score": 9}, key=None)[0] == 401
        assert world.ask("revise_response", route, "/v1/surveys/demo/responses/nope", {"score": 9})[0] == 404
    assert world.ledger.find("demo", uuid7()) is not None


def test_corrected_properties_are_all_that_stand(world: World) -> None:
    status, body = world.ask("revise_response", PATCH, PATH, {"properties": {"plan": "pro", "seats": 5}})
    assert (status, body["properties"]) == (200, {"plan": "pro", "seats": "5"})
    assert body["history"][0]["changed"] == ["properties"]
    assert world.ask("revise_response", PATCH, PATH, {"properties": None})[1]["properties"] == {}


@pytest.mark.parametrize("properties", ["pro", {"x" * 65: "1"}, {"plan": "x" * 257}, {"plan": {"tier": "pro"}}])
def test_properties_that_no_post_could_have_are_refused(world: World, properties: object) -> None:
    status, body = world.ask("revise_response", PATCH, PATH, {"properties": properties})
    assert (status, body["errors"][0]["field"]) == (400, "properties")


MANY = "DELETE /v1/surveys/{survey}/responses"


def erase_many(world: World, query: str, survey: str = "demo", **more: str) -> tuple[int, Any]:
    return world.ask("revise_response", MANY, f"/v1/surveys/{survey}/responses", query=query, **more)


def test_many_are_counted_first_and_erased_with_that_count(world: World) -> None:
    span = "from=2026-11-21&to=2026-11-22"
    assert erase_many(world, f"{span}&check=true") == (200, {"count": 1, "erased": 0, "remaining": 1})
    assert world.ledger.counted() != {}
    assert erase_many(world, f"{span}&confirm=1") == (200, {"count": 1, "erased": 1, "remaining": 0})
    assert world.ledger.counted() == {}
    assert erase_many(world, f"{span}&confirm=1") == (200, {"count": 0, "erased": 0, "remaining": 0})


def test_another_count_is_a_conflict_that_names_the_one_that_fits(world: World) -> None:
    status, body = erase_many(world, "category=detractor&confirm=2")
    assert (status, body["count"]) == (409, 1)
    assert body["detail"] == "nothing was erased: 2 confirmed, but 1 match now"
    assert world.ledger.counted() == world.ledger.recount() != {}


def test_many_without_time_remain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, *[99.0] * 9])
    monkeypatch.setattr("functions.revise_response.app.monotonic", lambda: next(moments))
    assert erase_many(world, "confirm=1") == (202, {"count": 1, "erased": 0, "remaining": 1})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "confirm"),
        ("confirm=many", "confirm"),
        ("confirm=99999999999", "confirm"),
        ("confirm=1&limit=5", "limit"),
        ("confirm=1&from=2026-11-22&to=2026-11-21", "from"),
        ("check=yes&confirm=1", "check"),
    ],
)
def test_many_are_not_erased_by_a_call_that_makes_no_sense(world: World, query: str, field: str) -> None:
    status, body = erase_many(world, query)
    assert (status, [fault["field"] for fault in body["errors"]]) == (400, [field])


def test_many_are_erased_in_a_survey_there_is_and_with_a_key(world: World) -> None:
    assert erase_many(world, "confirm=1", "gone")[0] == 404
    assert erase_many(world, "confirm=1", key="wrong")[0] == 401
