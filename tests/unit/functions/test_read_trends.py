"""The trend: a point a day, of one survey or several, with what it rests on."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.invitation_cohorts import Cohort
from earshot.ports.funnel import Tally
from earshot.services.responses.record_responses import record
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.unit.functions.conftest import World

ONE, TOGETHER = "GET /v1/surveys/{survey}/trend", "GET /v1/trend"


def record_response(world: World, survey: str, score: int, age: int, **more: Any) -> None:
    time = NOON - age * DAY
    submission = make_submission(
        score, survey=survey, id=uuid7(time, f"{survey}{score}{age}"), received_at=time, **more
    )
    assert not record([submission], surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)


@pytest.fixture(autouse=True)
def record_two_surveys(world: World) -> None:
    world.surveys.surveys["shop"] = make_survey(
        id="shop", timezone="Europe/Berlin", segments=("plan",), open_segments=("plan",)
    )
    for score, age in ((9, 0), (3, 1), (10, 1), (0, 3)):
        record_response(world, "demo", score, age)
    record_response(world, "shop", 10, 1, properties={"plan": "pro"})


def quality(world: World, query: str = "") -> tuple[int, Any]:
    return world.ask("read_trends", "GET /v1/surveys/{survey}/quality", "/v1/surveys/demo/quality", query=query)


def test_data_quality_is_returned_with_what_it_rests_on(world: World) -> None:
    record_response(world, "demo", 9, 2, seconds=1.0)
    day = Cohort("demo", "2026-11-01")
    world.funnels.add([Tally("e", NOON, {(day, "asked"): 10, (day, "responded"): 4, (day, "submitted"): 4})])
    status, body = quality(world, "window=30d")
    nothing = {"nps": None, "score_exact": None, "responses": 0}
    assert (status, body["responses"], body["nps"], body["previous"]) == (200, 5, 20, nothing)
    assert (body["speeders"]["count"], body["speeders"]["of"], body["speeders"]["share"]) == (1, 1, 1.0)
    assert (body["excluded"]["of"], body["quarantined"]["of"], body["repeats"]["share"]) == (5, 4, 0.0)
    rate = body["response_rate"]
    assert (rate["asked"], rate["responded"], rate["settled_days"], rate["to"]) == (10, 4, 14, "2026-11-08")
    assert (rate["previous"]["asked"], rate["change"]) == (0, None)
    assert body["warnings"] == [
        "100.0% of the responses with a known duration took less than 2 seconds (1 of 1).",
    ]


@pytest.mark.parametrize("query", ["window=all", "window=month", "window=0d", "as_of=2026-11-23", "segment=a=b"])
def test_a_quality_that_makes_no_sense_is_refused(world: World, query: str) -> None:
    status, body = quality(world, query)
    assert (status, len(body["errors"])) == (400, 1)


def ask(world: World, query: str, route: str = ONE) -> tuple[int, Any]:
    path = "/v1/surveys/demo/trend" if route == ONE else "/v1/trend"
    return world.ask("read_trends", route, path, query=query)


def test_a_trend_has_a_point_a_day_with_its_size_and_its_interval(world: World) -> None:
    status, body = ask(world, "window=2d&from=2026-11-17&to=2026-11-22")
    assert status == 200
    about = {name: body[name] for name in ("survey", "segment", "basis", "window", "from", "to", "timezone")}
    assert about == {
        "survey": "demo",
        "segment": None,
        "basis": "all responses",
        "window": "2d",
        "from": "2026-11-17",
        "to": "2026-11-22",
        "timezone": "UTC",
    }
    assert [(point["day"], point["nps"], point["responses"]) for point in body["points"]] == [
        ("2026-11-17", None, 0),
        ("2026-11-18", -100, 1),
        ("2026-11-19", -100, 1),
        ("2026-11-20", 0, 2),
        ("2026-11-21", 33, 3),
    ]
    last = body["points"][-1]
    assert (last["from"], last["to"]) == ("2026-11-20", "2026-11-22")
    assert (last["promoters"], last["passives"], last["detractors"]) == (2, 0, 1)
    assert last["interval"]["level"] == 0.95
    assert last["interval"]["low"] < 33 < last["interval"]["high"]
    assert body["points"][0]["interval"] is None
    assert (body["data_from"], body["complete"]) == ("2026-11-18", True)


def test_a_point_equals_the_score_of_its_day(world: World) -> None:
    for window in ("2d", "30d", "month", "quarter", "all"):
        _, body = ask(world, f"window={window}&from=2026-11-17&to=2026-11-22")
        for point in body["points"]:
            query = f"window={window}&as_of={point['day']}"
            _, score = world.ask("read_results", "GET /v1/surveys/{survey}/nps", "/v1/surveys/demo/nps", query=query)
            reported = ("nps", "responses", "promoters", "passives", "detractors", "interval")
            assert {name: point[name] for name in reported} == {name: score[name] for name in reported}
            if window != "all" or point["responses"]:  # all days begin with the first response, if any
                assert (point["from"], point["to"]) == (score["window"]["from"], score["window"]["to"])


def test_a_window_longer_than_the_data_shows_where_they_begin(world: World) -> None:
    _, body = ask(world, "window=3650d")
    assert (len(body["points"]), body["points"][-1]["responses"], body["data_from"]) == (90, 4, "2026-11-18")
    _, empty = ask(world, "to=2015-08-03")
    assert ({point["nps"] for point in empty["points"]}, empty["data_from"]) == ({None}, None)


def test_surveys_together_add_up_day_by_day(world: World) -> None:
    status, body = ask(world, "surveys=demo,shop&window=2d&from=2026-11-19&to=2026-11-22", TOGETHER)
    assert (status, body["surveys"], "survey" in body) == (200, ["demo", "shop"], False)
    assert body["timezones"] == {"demo": "UTC", "shop": "Europe/Berlin"}
    assert [(point["nps"], point["responses"]) for point in body["points"]] == [(-100, 1), (33, 3), (50, 4)]
    query = "surveys=demo,shop&window=2d"
    _, score = world.ask("read_results", "GET /v1/nps", "/v1/nps", query=query)
    assert (score["nps"], score["responses"], score["surveys"]) == (50, 4, ["demo", "shop"])
    assert score["window"]["timezones"] == {"demo": "UTC", "shop": "Europe/Berlin"}


def test_of_each_person_only_the_latest_in_the_window_counts_where_that_is_asked_for(world: World) -> None:
    for survey in ("demo", "shop"):
        record_response(world, survey, 0, 2, person="ann")
        record_response(world, survey, 10, 0, person="ann")
    _, body = ask(world, "window=2d&from=2026-11-20&to=2026-11-22&basis=latest")
    assert body["basis"] == "latest per person in the window"
    assert [(point["nps"], point["responses"]) for point in body["points"]] == [(-33, 3), (50, 4)]
    _, wide = ask(world, "window=3d&from=2026-11-21&to=2026-11-22&basis=latest")
    assert [(point["responses"], point["detractors"]) for point in wide["points"]] == [(4, 1)]
    query = "window=3d&basis=latest&surveys=demo,shop"
    _, together = world.ask("read_results", "GET /v1/nps", "/v1/nps", query=query)
    assert together["basis"] == "latest per person and survey in the window"
    assert (together["responses"], together["detractors"], together["previous"]["responses"]) == (6, 1, 1)
    assert ask(world, "basis=newest")[1]["detail"] == "basis: it must be one of all, latest"


def test_a_segment_is_tracked_by_all_the_surveys_or_refused(world: World) -> None:
    status, body = ask(world, "surveys=shop,demo&segment=plan%3Dpro", TOGETHER)
    assert (status, body["errors"][0]["field"]) == (400, "segment")
    assert "not tracked by the survey 'demo'" in body["detail"]
    _, own = world.ask("read_trends", ONE, "/v1/surveys/shop/trend", query="segment=plan%3Dpro&window=1d")
    assert [point["responses"] for point in own["points"]][-2:] == [1, 0]


@pytest.mark.parametrize("days", [None, 90])
def test_the_quality_states_how_long_comments_are_kept(world: World, days: int | None) -> None:
    world.surveys.surveys["demo"] = replace(world.surveys.surveys["demo"], retention_days=days)
    assert quality(world)[1]["retention_days"] == days


@pytest.mark.parametrize(("days", "shown"), [("0", None), ("730", 730)])
def test_the_quality_states_how_long_people_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch, days: str, shown: int | None
) -> None:
    monkeypatch.setenv("EARSHOT_PEOPLE_RETENTION_DAYS", days)
    assert quality(world)[1]["people_retention_days"] == shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=2026-11-21&to=2026-11-01", "from: it must be before 'to'"),
        ("window=0d", "neither"),
        ("from=2020-01-01", "at most 1,100 points"),
        ("as_of=2026-11-21", "there is no such parameter"),
    ],
)
def test_a_trend_that_makes_no_sense_is_a_problem(world: World, query: str, expected: str) -> None:
    status, body = ask(world, query)
    assert (status, len(body["errors"])) == (400, 1)
    assert expected in body["detail"]


def test_no_trend_without_a_key_or_of_no_survey(world: World) -> None:
    assert world.ask("read_trends", ONE, "/v1/surveys/demo/trend", key=None)[0] == 401
    assert world.ask("read_trends", ONE, "/v1/surveys/gone/trend")[0] == 404
    assert world.ask("read_trends", TOGETHER, "/v1/trend", query="surveys=demo,gone")[0] == 404
