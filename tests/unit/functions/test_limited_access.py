"""A caller with limited access meets no route that does not say what it shows of the rows within it."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.api.route import Route
from earshot.domain.access import SCOPES, Access, Role, scopes_of
from earshot.domain.accounts import Account
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.responses.record_responses import record
from earshot_cli.local.settings import ROOT
from earshot_cli.openapi.routes import DEFAULT, handler_of
from tests.factories import NOON, make_person, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.unit.functions.conftest import World, make_world

FUNCTIONS = {
    key: (path.parent.name, each)
    for path in sorted((ROOT / "functions").glob("*/app.py"))
    for key, each in getattr(handler_of(path.parent.name), "ROUTES", {}).items()
    if key != DEFAULT and each.scope
}
OTHER, EMEA, OWN = Access(("shop",)), Access(("demo",), ("region", "emea")), Access(own_accounts=True)


def ask(world: World, key: str, access: Access, scopes: tuple[str, ...] = SCOPES) -> tuple[int, Any]:
    """Send a request without a body as somebody with limited access, and return its status and what it says."""
    function, declared = FUNCTIONS[key]
    _, limited = create("limited", scopes, "2026-01-01T00:00:00.000Z", b"l" * 30, keys=world.keys, access=access)
    path = re.sub(r"\{\w+\}", "demo", declared.path)
    return world.ask(function, key, path, key=limited)


def is_about_a_survey(declared: Route) -> bool:
    return "{survey}" in declared.path


def test_every_reach_is_declared() -> None:
    reaches = {declared.access for _, declared in FUNCTIONS.values()}
    assert reaches == {"whole", "surveys", "rows"}
    assert not [key for key, (_, each) in FUNCTIONS.items() if each.access == "surveys" and not is_about_a_survey(each)]


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if each.access == "whole"))
@pytest.mark.parametrize("access", [OTHER, EMEA, OWN])
def test_what_declares_nothing_is_refused_to_limited_access(world: World, key: str, access: Access) -> None:
    status, problem = ask(world, key, access)
    assert (status, "limited to" in problem["detail"]) == (403, True)


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if is_about_a_survey(each)))
def test_a_survey_outside_of_the_access_is_refused_whether_there_is_one_or_not(world: World, key: str) -> None:
    replies = []
    for _ in ("there", "gone"):
        replies.append(ask(world, key, OTHER))
        world.surveys.surveys.clear()
        world.keys.kept.pop("6c" * 6)
    assert replies[0] == replies[1]
    assert (replies[0][0], "limited to the survey shop" in replies[0][1]["detail"]) == (403, True)


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if each.access == "surveys"))
@pytest.mark.parametrize("access", [EMEA, OWN])
def test_what_is_of_a_whole_survey_is_refused_to_a_part_of_it(world: World, key: str, access: Access) -> None:
    status, problem = ask(world, key, access)
    assert (status, "limited to" in problem["detail"]) == (403, True)


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if each.erases))
def test_nothing_is_erased_without_the_scope_for_it(world: World, key: str) -> None:
    status, problem = ask(world, key, Access(), tuple(scope for scope in SCOPES if scope != "erasure"))
    assert (status, "'erasure'" in problem["detail"]) == (403, True)


def test_all_that_erases_is_known() -> None:
    assert {key for key, (_, each) in FUNCTIONS.items() if each.erases} == {
        "DELETE /v1/people/{person}",
        "DELETE /v1/surveys/{survey}/responses",
        "DELETE /v1/surveys/{survey}/responses/{response}",
    }


def test_a_list_of_surveys_has_those_within_the_access(world: World) -> None:
    for access, shown in ((OTHER, []), (EMEA, ["demo"]), (OWN, ["closed", "demo"])):
        _, body = ask(world, "GET /v1/surveys", access)
        assert sorted(each["id"] for each in body["surveys"]) == shown
        world.keys.kept.pop("6c" * 6)


REGIONS, PLANS = ("emea", "apac", None), ("pro", "free")
ROWS = st.lists(
    st.tuples(st.integers(0, 10), st.sampled_from(("demo", "shop")), st.sampled_from(REGIONS), st.sampled_from(PLANS)),
    max_size=12,
)
ACCESSES = st.builds(
    Access,
    surveys=st.sampled_from((None, ("demo",), ("demo", "shop"))),
    segment=st.sampled_from((None, ("region", "emea"), ("region", "apac"), ("plan", "pro"))),
)


def limited_key(world: World, access: Access) -> str:
    return create("limited", SCOPES, "2026-01-01T00:00:00.000Z", b"l" * 30, keys=world.keys, access=access)[1]


def record_rows(world: World, rows: list[tuple[int, str, str | None, str]]) -> None:
    for survey in ("demo", "shop"):
        segments = ("region", "plan")
        world.surveys.surveys[survey] = make_survey(id=survey, segments=segments, open_segments=segments)
    batch = [
        make_submission(
            score,
            survey=survey,
            id=uuid7(NOON + number, f"{number}"),
            received_at=NOON + number,
            first_received=NOON + number,
            properties={name: value for name, value in (("region", region), ("plan", plan)) if value is not None},
        )
        for number, (score, survey, region, plan) in enumerate(rows)
    ]
    record(batch, surveys=world.surveys, ledger=world.ledger, people=InMemoryPeople(), pause=no_pause)


def listed(world: World, survey: str, key: str) -> list[int]:
    """Return the scores of all responses that a key lists, page by page."""
    scores: list[int] = []
    query = "limit=2"
    while True:
        path = f"/v1/surveys/{survey}/responses"
        status, body = world.ask("read_results", "GET /v1/surveys/{survey}/responses", path, query=query, key=key)
        assert status == 200
        scores += [each["score"] for each in body["responses"]]
        if body["cursor"] is None:
            return scores
        query = f"limit=2&cursor={body['cursor']}"


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, access=ACCESSES)
def test_each_figure_is_a_recount_of_the_rows_that_the_access_lists(
    rows: list[tuple[int, str, str | None, str]], access: Access
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        world = make_world(patch)
        record_rows(world, rows)
        key = limited_key(world, access)
        for survey in access.surveys or ("demo", "shop"):
            scores = listed(world, survey, key)
            assert sorted(scores) == sorted(
                score
                for score, where, region, plan in rows
                if where == survey
                and (access.segment is None or access.segment in (("region", region), ("plan", plan)))
            )
            histogram = [scores.count(score) for score in range(11)]
            path = f"/v1/surveys/{survey}"
            _, score = world.ask("read_results", "GET /v1/surveys/{survey}/nps", f"{path}/nps", key=key)
            _, counts = world.ask("read_results", "GET /v1/surveys/{survey}/counts", f"{path}/counts", key=key)
            _, trend = world.ask("read_trends", "GET /v1/surveys/{survey}/trend", f"{path}/trend", key=key)
            assert score["histogram"] == histogram
            assert [sum(day["histogram"][each] for day in counts["days"]) for each in range(11)] == histogram
            assert trend["points"][-1]["responses"] == len(scores)


EVERY_ROW = [(score, survey, region, "pro") for score, survey in ((9, "demo"), (3, "shop")) for region in REGIONS]


def test_several_surveys_have_a_figure_only_if_all_are_within_the_access(world: World) -> None:
    record_rows(world, EVERY_ROW)
    key = limited_key(world, Access(("demo", "shop"), ("region", "emea")))
    for function, route in (("read_results", "GET /v1/nps"), ("read_trends", "GET /v1/trend")):
        assert world.ask(function, route, route.partition(" ")[2], query="surveys=demo,shop", key=key)[0] == 200
        for outside in ("surveys=demo,closed", "surveys=demo,none", "surveys=demo,shop&segment=region%3Dapac"):
            assert world.ask(function, route, route.partition(" ")[2], query=outside, key=key)[0] == 403
    _, body = world.ask("read_results", "GET /v1/nps", "/v1/nps", query="surveys=demo,shop", key=key)
    assert body["responses"] == 2


def test_a_breakdown_has_the_own_value_alone(world: World) -> None:
    record_rows(world, EVERY_ROW)
    key = limited_key(world, EMEA)
    route, path = "GET /v1/surveys/{survey}/breakdown", "/v1/surveys/demo/breakdown"
    _, body = world.ask("read_results", route, path, query="by=region", key=key)
    assert ([row["value"] for row in body["rows"]], body["total"]["responses"]) == (["emea"], 1)
    status, problem = world.ask("read_results", route, path, query="by=plan", key=key)
    assert (status, "nothing is counted by 'plan'" in problem["detail"]) == (403, True)
    route = "GET /v1/surveys/{survey}/segments/{property}"
    _, body = world.ask("read_results", route, "/v1/surveys/demo/segments/region", key=key)
    assert [(row["value"], row["responses"], row["difference"]) for row in body["rows"]] == [("emea", 1, None)]
    assert body["total"]["responses"] == 1
    assert world.ask("read_results", route, "/v1/surveys/demo/segments/plan", key=key)[0] == 403


def test_one_response_is_read_and_corrected_only_within_the_access(world: World) -> None:
    record_rows(world, EVERY_ROW)
    key = limited_key(world, EMEA)
    one = "/v1/surveys/{survey}/responses/{response}"
    change = {"excluded": True, "reason": "a test"}
    for number, (_, survey, region, _) in enumerate(EVERY_ROW):
        path = f"/v1/surveys/{survey}/responses/{uuid7(NOON + number, str(number))}"
        expected = 200 if (survey, region) == ("demo", "emea") else 403
        assert world.ask("read_results", f"GET {one}", path, key=key)[0] == expected
        assert world.ask("revise_response", f"PATCH {one}", path, change, key=key)[0] == expected
        erased = world.ask("revise_response", f"DELETE {one}", path, key=key)[0]
        assert erased == {200: 204}.get(expected, expected)
    none = f"/v1/surveys/demo/responses/{uuid7(NOON + 99, '99')}"
    assert world.ask("read_results", f"GET {one}", none, key=key)[0] == 403


def test_people_are_listed_found_and_read_only_within_the_access(world: World) -> None:
    people = [
        make_person(id=f"p{n}", name=f"Pat {n}", properties={"region": "emea" if n == 5 else "apac"}) for n in range(7)
    ]
    world.people.kept.update({each.id: each for each in people})
    key = limited_key(world, EMEA)
    status, body = world.ask("manage_people", "GET /v1/people", "/v1/people", query="limit=2", key=key)
    assert (status, [each["id"] for each in body["people"]]) == (200, ["p5"])
    sought = {"name_prefix": "Pat"}
    _, body = world.ask("manage_people", "POST /v1/people/search", "/v1/people/search", sought, key=key)
    assert [each["id"] for each in body["people"]] == ["p5"]
    route = "GET /v1/people/{person}"
    assert [world.ask("manage_people", route, f"/v1/people/p{n}", key=key)[0] for n in (5, 4, 9)] == [200, 403, 403]


def test_accounts_are_read_only_within_the_access(world: World) -> None:
    for name, region in (("ACME", "emea"), ("BETA", "apac")):
        world.accounts.put(Account(name, properties={"region": region}), None)
    key = limited_key(world, EMEA)
    asked = [("ACME", 200), ("BETA", 403), ("C", 403)]
    for name, expected in asked:
        assert world.ask("manage_team", "GET /v1/accounts", "/v1/accounts", query=f"id={name}", key=key)[0] == expected


def test_cases_are_listed_and_changed_only_within_the_surveys_of_the_access(world: World) -> None:
    world.surveys.put(make_survey(id="shop"), None)
    world.people.kept["ann"] = make_person(id="ann")
    made = {}
    for survey in ("demo", "shop"):
        body = {"survey": survey, "person": "ann", "note": "She rang."}
        made[survey] = world.ask("manage_cases", "POST /v1/cases", "/v1/cases", body=body)[1]["id"]
    key = limited_key(world, OTHER)
    _, body = world.ask("manage_cases", "GET /v1/cases", "/v1/cases", key=key)
    assert [each["id"] for each in body["cases"]] == [made["shop"]]
    assert world.ask("manage_cases", "GET /v1/cases", "/v1/cases", query="survey=demo", key=key)[0] == 403
    for survey, expected in (("shop", 200), ("demo", 403)):
        path = f"/v1/cases/{made[survey]}"
        assert world.ask("manage_cases", "GET /v1/cases/{case}", path, key=key)[0] == expected
        note = {"kind": "note", "note": "x", "revision": 1}
        status, _ = world.ask("manage_cases", "POST /v1/cases/{case}/facts", f"{path}/facts", note, key=key)
        assert status == {200: 201}.get(expected, expected)
    draft = {"survey": "demo", "person": "ann"}
    assert world.ask("manage_cases", "POST /v1/cases", "/v1/cases", draft, key=key)[0] == 403
    world.keys.kept.pop("6c" * 6)
    assert world.ask("manage_cases", "GET /v1/cases", "/v1/cases", key=limited_key(world, EMEA))[1]["cases"] == []


def test_an_executive_reads_comments_but_no_words_of_a_case(world: World) -> None:
    world.people.kept["ann"] = make_person(id="ann")
    body = {"survey": "demo", "person": "ann", "note": "She rang."}
    case = world.ask("manage_cases", "POST /v1/cases", "/v1/cases", body=body)[1]["id"]
    role = Role.EXECUTIVE
    _, key = create("x", scopes_of(role), "2026-01-01T00:00:00.000Z", b"l" * 30, keys=world.keys, role=role)
    status, shown = world.ask("manage_cases", "GET /v1/cases/{case}", f"/v1/cases/{case}", key=key)
    assert (status, "note" in shown["facts"][0], "She rang." in str(shown)) == (200, False, False)


def test_a_page_wholly_within_an_access_does_not_count_what_is_outside(world: World) -> None:
    record_rows(world, [(9, "demo", "apac", "free"), (8, "demo", "apac", "pro"), (2, "demo", "emea", "pro")])
    key = limited_key(world, EMEA)
    path, route = "/v1/surveys/demo/responses", "GET /v1/surveys/{survey}/responses"
    for query, exact in (("limit=1", True), ("limit=1&segment=plan=pro", False)):
        _, body = world.ask("read_results", route, path, query=f"{query}&excluded=no", key=key)
        assert [each["score"] for each in body["responses"]] == [2]
        assert (body["count"]["value"], body["count"]["exact"]) == (1, exact)
