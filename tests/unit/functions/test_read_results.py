"""Reading: the score, the counts, the funnel and the responses, and every path there is not."""

from typing import Any

import pytest

from earshot.domain.alert_settings import ScoreTarget
from earshot.domain.invitation_cohorts import Cohort, Count, WaveStage
from earshot.domain.person import ErasedPerson
from earshot.domain.segment_values import VALUES_PER_SEGMENT
from earshot.domain.statement import Rank
from earshot.ports.funnel import Tally
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.responses.record_responses import record
from tests.aws_events import http_event
from tests.factories import NOON, make_person, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.unit.functions.conftest import World, load

SURVEY = "/v1/surveys/demo"
NPS = "GET /v1/surveys/{survey}/nps"


@pytest.fixture(autouse=True)
def record_responses(world: World) -> None:
    batch = [
        make_submission(n, id=uuid7(NOON + n, str(n)), received_at=NOON + n, first_received=NOON + n) for n in range(11)
    ]
    record(batch, surveys=world.surveys, ledger=world.ledger, people=InMemoryPeople(), pause=no_pause)


def test_the_score_lists_all_it_rests_on(world: World) -> None:
    status, body = world.ask("read_results", "GET /v1/surveys/{survey}/nps", f"{SURVEY}/nps", query="window=7d")
    assert status == 200
    assert (body["nps"], body["promoters"], body["passives"], body["detractors"]) == (-45, 2, 2, 7)
    window = {"length": "7d", "days": 7, "from": "2026-11-15", "to": "2026-11-22", "timezone": "UTC"}
    assert body["window"] == window
    assert body["histogram"] == [1] * 11
    assert body["score_exact"] == pytest.approx(-500 / 11)
    assert body["interval"]["level"] == 0.95
    # From -77 to 6 it may be poor or good: eleven responses cannot decide.
    assert body["band"] is None
    assert body["previous"]["nps"] is None
    assert body["change"] is None
    assert body["complete"] is True


def test_a_calendar_month_is_compared_with_the_whole_one_before(world: World) -> None:
    _, body = world.ask("read_results", "GET /v1/surveys/{survey}/nps", f"{SURVEY}/nps", query="window=month")
    window, before = body["window"], body["previous"]
    assert (window["length"], window["days"], window["from"], window["to"]) == ("month", 21, "2026-11-01", "2026-11-22")
    assert (before["from"], before["to"]) == ("2026-10-01", "2026-11-01")


def test_the_score_has_a_word_from_a_scale_and_stands_to_its_target(world: World) -> None:
    def asked(**settings: Any) -> Any:
        world.surveys.surveys["demo"] = make_survey(**settings)
        return world.ask("read_results", "GET /v1/surveys/{survey}/nps", f"{SURVEY}/nps")[1]

    own = ((-100, "cold"), (20, "warm"))
    assert asked(bands=own)["band"] == {"label": "cold", "scale": "custom"}
    assert (asked(bands=None)["band"], asked()["target"]) == (None, None)
    status = {"score": 50, "baseline": -60, "current": -45, "status": "not reached"}
    assert asked(target=ScoreTarget(50, -60))["target"] == status
    assert asked(target=ScoreTarget(-40))["target"]["status"] == "within noise"
    assert asked(target=ScoreTarget(-90))["target"]["status"] == "reached"
    world.ledger.sums.clear()
    nothing = asked(target=ScoreTarget(50))
    assert (nothing["band"], nothing["target"]["current"], nothing["target"]["status"]) == (None, None, None)


BY = "GET /v1/surveys/{survey}/breakdown"


def with_plans(world: World, **plans: tuple[int, int]) -> None:
    """Record, of each plan, so many responses of a score."""
    world.surveys.put(make_survey(id="shop", segments=("plan",), open_segments=("plan",)), None)
    rows = [
        make_submission(
            score, survey="shop", id=uuid7(seed=f"{plan}{number}"), properties={"plan": plan}, rank=Rank.KEYED
        )
        for plan, (count, score) in plans.items()
        for number in range(count)
    ]
    rows.append(make_submission(0, survey="shop", id=uuid7(seed="no plan"), properties={}))
    record(rows, surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)


def test_a_score_is_broken_down_by_a_segment_the_largest_value_first(world: World) -> None:
    with_plans(world, pro=(2, 9), free=(3, 6), trial=(2, 10))
    status, body = world.ask("read_results", BY, "/v1/surveys/shop/breakdown", query="by=plan&window=7d")
    assert (status, body["by"], body["basis"], body["complete"]) == (200, "plan", "all responses", True)
    rows = [(row["value"], row["responses"], row["nps"], row["other"]) for row in body["rows"]]
    assert rows == [("free", 3, -100, False), ("pro", 2, 100, False), ("trial", 2, 100, False)]
    assert body["rows"][0]["interval"]["low"] <= -100 <= body["rows"][0]["interval"]["high"]
    assert (body["total"]["responses"], body["total"]["detractors"]) == (8, 4)
    for row in body["rows"]:
        _, alone = world.ask(
            "read_results", NPS, "/v1/surveys/shop/nps", query=f"window=7d&segment=plan={row['value']}"
        )
        assert {name: alone[name] for name in row if name in alone} == {
            name: value for name, value in row.items() if name not in ("value", "other")
        }


def test_a_value_without_a_response_in_the_window_is_there_without_a_score(world: World) -> None:
    with_plans(world, pro=(1, 9))
    _, body = world.ask("read_results", BY, "/v1/surveys/shop/breakdown", query="by=plan&as_of=2026-01-01&window=all")
    assert [(row["value"], row["responses"], row["nps"], row["interval"]) for row in body["rows"]] == [
        ("pro", 0, None, None)
    ]


def test_the_values_that_share_a_series_are_one_row(world: World) -> None:
    with_plans(world, **{f"plan {number:03d}": (1, 9) for number in range(VALUES_PER_SEGMENT + 3)})
    _, body = world.ask("read_results", BY, "/v1/surveys/shop/breakdown", query="by=plan")
    assert len(body["rows"]) == VALUES_PER_SEGMENT + 1
    assert [(row["value"], row["responses"]) for row in body["rows"] if row["other"]] == [("(other)", 3)]
    assert sum(row["responses"] for row in body["rows"]) == body["total"]["responses"] - 1


def test_a_value_that_is_called_as_the_shared_series_counts_there(world: World) -> None:
    plans = {"(other)": (2, 9)} | {f"plan {number:03d}": (1, 9) for number in range(VALUES_PER_SEGMENT + 3)}
    with_plans(world, **plans)
    _, body = world.ask("read_results", BY, "/v1/surveys/shop/breakdown", query="by=plan")
    first = body["rows"][0]
    assert (len(body["rows"]), first["value"], first["responses"]) == (VALUES_PER_SEGMENT + 1, "(other)", 5)
    assert sum(row["responses"] for row in body["rows"]) == body["total"]["responses"] - 1


def test_of_each_person_the_latest_response_counts_where_it_lies(world: World) -> None:
    world.surveys.put(make_survey(id="shop", segments=("plan",), open_segments=("plan",)), None)
    for number, (plan, score) in enumerate((("free", 3), ("pro", 9))):
        moment = NOON + number * 1000
        submission = make_submission(
            score,
            survey="shop",
            id=uuid7(moment, str(number)),
            person="ann",
            received_at=moment,
            first_received=moment,
            properties={"plan": plan},
        )
        record([submission], surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)
    _, body = world.ask("read_results", BY, "/v1/surveys/shop/breakdown", query="by=plan&basis=latest")
    assert [(row["value"], row["responses"]) for row in body["rows"]] == [("pro", 1), ("free", 0)]
    assert (body["basis"], body["total"]["responses"]) == ("latest per person in the window", 1)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "by"),
        ("by=region", "by"),
        ("by=plan&segment=plan=pro", "segment"),
        ("by=plan&window=x", "window"),
    ],
)
def test_a_breakdown_that_cannot_be_is_refused_with_its_field(world: World, query: str, field: str) -> None:
    with_plans(world, pro=(1, 9))
    status, body = world.ask("read_results", BY, "/v1/surveys/shop/breakdown", query=query)
    assert (status, [fault["field"] for fault in body["errors"]]) == (400, [field])


def test_counts_come_by_day(world: World) -> None:
    _, body = world.ask("read_results", "GET /v1/surveys/{survey}/counts", f"{SURVEY}/counts")
    assert body == {"survey": "demo", "segment": None, "days": [{"day": "2026-11-21", "histogram": [1] * 11}]}


def test_responses_come_in_pages(world: World) -> None:
    route, path = "GET /v1/surveys/{survey}/responses", f"{SURVEY}/responses"
    _, first = world.ask("read_results", route, path, query="limit=8")
    _, second = world.ask("read_results", route, path, query=f"limit=8&cursor={first['cursor']}")
    assert [row["score"] for row in first["responses"] + second["responses"]] == list(range(10, -1, -1))
    assert second["cursor"] is None
    _, unhappy = world.ask("read_results", route, path, query="max_score=6")
    assert len(unhappy["responses"]) == 7


def test_a_page_comes_with_the_people_who_gave_it_and_without_the_erased(world: World) -> None:
    route, path = "GET /v1/surveys/{survey}/responses", f"{SURVEY}/responses"
    given = [make_submission(9, id=uuid7(seed=name), person=name, comment=None) for name in ("ann", "ben", "zoe")]
    again = make_submission(8, id=uuid7(seed="again"), person="ann")
    record([*given, again], surveys=world.surveys, ledger=world.ledger, people=world.people, pause=no_pause)
    world.people.kept |= {"ann": make_person(id="ann"), "ben": ErasedPerson("ben", NOON, subtract=False)}
    reads: list[str] = []
    world.people.before = reads.append
    _, body = world.ask("read_results", route, path, query="expand=person&min_score=8")
    assert (reads, list(body["people"]), body["people"]["ann"]["email"]) == (["get_many"], ["ann"], "ann@example.com")
    assert "people" not in world.ask("read_results", route, path)[1]
    assert world.ask("read_results", route, path, query="expand=survey")[0] == 400


def test_the_people_of_responses_need_a_key_that_reads_people(world: World) -> None:
    route, path = "GET /v1/surveys/{survey}/responses", f"{SURVEY}/responses"
    _, key = create("reader", ("responses:read",), "2026-01-01T00:00:00.000Z", b"r" * 30, keys=world.keys)
    assert world.ask("read_results", route, path, key=key)[0] == 200
    status, body = world.ask("read_results", route, path, key=key, query="expand=person")
    assert (status, "people:read" in body["detail"]) == (403, True)


def test_a_cursor_is_good_with_and_without_the_people(world: World) -> None:
    route, path = "GET /v1/surveys/{survey}/responses", f"{SURVEY}/responses"
    cursor = world.ask("read_results", route, path, query="limit=2")[1]["cursor"]
    assert world.ask("read_results", route, path, query=f"limit=2&expand=person&cursor={cursor}")[0] == 200


def test_one_response_is_found_by_its_id(world: World) -> None:
    route = "GET /v1/surveys/{survey}/responses/{response}"
    status, body = world.ask("read_results", route, f"{SURVEY}/responses/{uuid7(NOON + 3, '3').upper()}")
    assert (status, body["score"], body["category"], body["series"]) == (200, 3, "detractor", ["all"])
    assert world.ask("read_results", route, f"{SURVEY}/responses/{uuid7(seed='none')}")[0] == 404


def test_the_funnel_is_returned_with_the_score(world: World) -> None:
    world.funnels.add(
        [
            mailed("a", "2026-11-20", 1, "opened-by-machine"),
            mailed("b", "2026-11-21", 1, "opened-by-machine"),
            mailed("c", "2026-11-20", 2, "responded"),
        ]
    )
    status, body = world.ask("read_results", "GET /v1/surveys/{survey}/funnel", f"{SURVEY}/funnel")
    assert status == 200
    assert [(row["channel"], row["wave"], row["sent"]) for row in body["waves"]] == [("email", 1, 2), ("email", 2, 1)]
    assert [row["response_rate"]["rate"] for row in body["waves"]] == [0.0, 1.0]
    assert (body["total"]["sent"], body["total"]["opened"], body["total"]["opened_by_machine"]) == (3, 0, 2)
    assert {name: body["response_rate"][name] for name in ("asked", "responded", "rate")} == {
        "asked": 2,
        "responded": 1,
        "rate": 0.5,
    }
    assert body["response_rate"]["interval"]["low"] == pytest.approx(0.0945, abs=1e-4)
    assert (body["score"]["nps"], body["score"]["responses"]) == (-45, 11)


def mailed(event: str, day: str, wave: int, became: str) -> Tally:
    """Count a mail to somebody whose first mail was sent on a day, and what became of it."""
    reached: dict[tuple[Cohort, Count], int] = {
        (Cohort("demo", day), WaveStage("email", wave, stage)): 1 for stage in ("scheduled", "sent", became)
    }
    return Tally(event, NOON, reached)


def test_a_survey_nobody_was_asked_of_has_an_empty_funnel(world: World) -> None:
    _, body = world.ask("read_results", "GET /v1/surveys/{survey}/funnel", f"{SURVEY}/funnel")
    assert (body["waves"], set(body["total"].values())) == ([], {0})
    assert body["response_rate"] == {"asked": 0, "responded": 0, "rate": None, "interval": None}


@pytest.mark.parametrize("what", ["nps", "counts", "funnel", "responses"])
def test_nothing_is_read_without_a_key_or_of_no_survey(world: World, what: str) -> None:
    route = f"GET /v1/surveys/{{survey}}/{what}"
    assert world.ask("read_results", route, f"{SURVEY}/{what}", key=None)[0] == 401
    assert world.ask("read_results", route, f"/v1/surveys/gone/{what}")[0] == 404
    assert world.ask("read_results", route, f"{SURVEY}/{what}", query="nonsense=1")[0] == 400


def test_an_unknown_path_or_method_is_a_problem_too(world: World) -> None:
    handler = load("read_results").lambda_handler
    assert handler(http_event("$default", "/v2/x", method="GET"), None)["statusCode"] == 404
    reply = handler(http_event("$default", SURVEY, method="DELETE"), None)
    assert (reply["statusCode"], reply["headers"]["allow"]) == (405, "DELETE, GET, PATCH, PUT")


LISTED = "GET /v1/surveys/{survey}/responses"


def test_a_list_has_its_order_and_says_how_many_there_are(world: World) -> None:
    def asked(query: str) -> tuple[list[int], dict[str, Any], str | None]:
        status, body = world.ask("read_results", LISTED, f"{SURVEY}/responses", query=query)
        assert status == 200
        return [each["score"] for each in body["responses"]], body["count"], body["cursor"]

    exact: dict[str, Any] = {"value": 11, "exact": True, "earliest_on": None}
    assert asked("order=oldest")[:2] == (list(range(11)), exact)
    scores, count, _ = asked("limit=2&order=oldest&excluded=no&max_score=6")
    assert (scores, count) == ([0, 1], exact | {"value": 7})
    assert asked("limit=2")[1] == {"value": 2, "exact": False, "earliest_on": "2026-11-21"}
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page, _, cursor = asked("order=score&limit=3" + (f"&cursor={cursor}" if cursor else ""))
        found += page
    assert found == list(range(11))


@pytest.mark.parametrize(("asked", "lacking"), [("account=ACME", "people:read"), (f"case={uuid7()}", "cases:read")])
def test_responses_of_an_account_and_of_a_case_need_the_scope_for_these(world: World, asked: str, lacking: str) -> None:
    _, key = create("reader", ("responses:read",), "2026-01-01T00:00:00.000Z", b"r" * 30, keys=world.keys)
    status, problem = world.ask("read_results", LISTED, f"{SURVEY}/responses", query=asked, key=key)
    assert (status, lacking in problem["detail"]) == (403, True)
