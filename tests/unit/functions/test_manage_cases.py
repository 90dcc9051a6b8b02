"""Cases over HTTP: what an alert opened, read with the scopes that a key has."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from earshot import bootstrap
from earshot.domain.access import Role
from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.members import removed
from earshot.domain.sessions import form_token
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from tests.aws_events import http_event
from tests.factories import NOON, make_member, make_person, make_response, make_session
from tests.fakes.fake_time import no_pause
from tests.fakes.sessions import InMemorySessions
from tests.unit.functions.conftest import World, load

LIST, ONE = "GET /v1/cases", "GET /v1/cases/{case}"
MEASURES = "GET /v1/surveys/{survey}/case-measures"
LIST, ONE, OPEN, FACTS = "GET /v1/cases", "GET /v1/cases/{case}", "POST /v1/cases", "POST /v1/cases/{case}/facts"
CLOSING = {"revision": 1, "kind": "resolved", "outcome": "explained", "root_cause": "price"}


@pytest.fixture
def case(world: World) -> str:
    """Open Ann's case, and return its id."""
    response = make_response(2, comment="too late", person="ann")
    world.ledger.items["demo", response.id] = response
    opening = OpenCasesDeps(world.alerts, world.cases, no_pause)
    raise_in_case(Alert("demo", "own", response.id, NOON), CaseBy.PERSON, "ann", opening)
    (opened,) = world.cases.kept
    return opened


def key_with(world: World, *scopes: str) -> str:
    return create("a key", scopes, "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=world.keys)[1]


def listed(world: World, query: str = "", **details: Any) -> tuple[int, Any]:
    return world.ask("manage_cases", LIST, "/v1/cases", query=query, **details)


def read(world: World, case: str, **details: Any) -> tuple[int, Any]:
    return world.ask("manage_cases", ONE, f"/v1/cases/{case}", **details)


def note(world: World, case: str, fact: dict[str, Any], **details: Any) -> tuple[int, Any]:
    return world.ask("manage_cases", FACTS, f"/v1/cases/{case}/facts", fact, **details)


def opened(world: World, body: dict[str, Any], **details: Any) -> tuple[int, Any]:
    return world.ask("manage_cases", OPEN, "/v1/cases", body, **details)


def test_open_cases_are_listed_by_survey(world: World, case: str) -> None:
    status, page = listed(world, "survey=demo&state=open")
    assert (status, [each["id"] for each in page["cases"]], page["cursor"]) == (200, [case], None)
    assert listed(world)[1] == page
    assert listed(world, "survey=other")[1] == {"cases": [], "cursor": None}
    assert listed(world, "state=closed")[0] == 400
    assert [each["id"] for each in listed(world, "person=ann")[1]["cases"]] == [case]
    assert listed(world, "owner=mia")[1]["cases"] == []


def test_the_cases_of_a_person_need_a_scope_of_their_own(world: World, case: str) -> None:
    status, problem = listed(world, "person=ann", key=key_with(world, "cases:read"))
    assert (status, "people:read" in problem["detail"]) == (403, True)
    assert listed(world, "person=ann", key=key_with(world, "cases:read", "people:read"))[0] == 200


def test_a_case_is_brought_to_its_end_and_opened_again(world: World, case: str) -> None:
    world.members.put(make_member("mia"), None)
    facts = (
        {"kind": "assigned", "owner": "mia"},
        {"kind": "contacted", "note": "rang Ann"},
        {"kind": "waiting"},
        {"kind": "resumed"},
        {"kind": "resolved", "outcome": "explained", "root_cause": "price"},
        {"kind": "reopened"},
    )
    for revision, fact in enumerate(facts, 1):
        status, changed = note(world, case, fact | {"revision": revision})
        assert (status, changed["revision"], changed["facts"][-1]["kind"]) == (201, revision + 1, fact["kind"])
        assert changed["facts"][-1]["by"] == "key:000000000000"
    assert (changed["state"], changed["owner"], changed["owned_by"], changed["round"]) == (
        "contacted",
        "mia",
        "hand",
        2,
    )
    assert [fact["kind"] for fact in read(world, case)[1]["facts"]][:2] == ["opened", "assigned"]


def test_of_two_people_who_close_a_case_the_second_gets_it_as_it_is_now(world: World, case: str) -> None:
    first = note(world, case, CLOSING)[1]
    status, problem = note(world, case, CLOSING | {"kind": "no_action"})
    assert (status, problem["current"]) == (409, first)
    key = key_with(world, "cases:read", "cases:write")
    hidden = note(world, case, CLOSING, key=key)[1]["current"]
    assert ("person" in hidden, "comment" in hidden["responses"][0]) == (False, False)
    status, problem = note(world, case, CLOSING | {"revision": 2})
    assert (status, "current" in problem, "reopen it first" in problem["detail"]) == (409, False, True)


def test_a_fact_that_cannot_be_names_the_field(world: World, case: str) -> None:
    status, problem = note(world, case, {"revision": 1, "kind": "resolved", "outcome": "explained"})
    assert (status, problem["errors"][0]["field"]) == (400, "root_cause")
    status, problem = note(world, case, CLOSING | {"root_cause": "weather"})
    assert (status, "communication" in problem["errors"][0]["reason"]) == (400, True)
    status, problem = note(world, case, {"revision": 1, "kind": "assigned", "owner": "bo"})
    assert (status, problem["errors"][0]["field"]) == (400, "owner")
    assert note(world, "069f7a4b-9dba-5c57-a9b9-b7a3d07b681e", CLOSING)[0] == 404


def test_a_case_whose_person_is_erased_takes_no_words_and_shows_none(world: World, case: str) -> None:
    note(world, case, {"revision": 1, "kind": "contacted", "note": "rang Ann"})
    world.cases.anonymize("ann")
    status, problem = note(world, case, {"revision": 3, "kind": "note", "note": "Ann rang"})
    assert (status, problem["errors"][0]["field"]) == (400, "note")
    left = read(world, case)[1]
    assert (left["person"], left["state"], [fact["note"] for fact in left["facts"]]) == (
        None,
        "contacted",
        [None, None],
    )


def test_a_case_is_opened_by_hand_once(world: World) -> None:
    world.people.kept["ann"] = make_person()
    body = {"survey": "demo", "person": "ann", "note": "she rang", "priority": "high"}
    status, made = opened(world, body)
    assert (status, made["person"], made["state"], made["responses"], made["rule"]) == (201, "ann", "open", [], None)
    (fact,) = made["facts"]
    assert (fact["kind"], fact["by"], fact["note"]) == ("opened", "key:000000000000", "she rang")
    status, problem = opened(world, body)
    assert (status, problem["current"]["id"]) == (409, made["id"])
    assert opened(world, body | {"person": "bob"})[0] == 400


@pytest.mark.parametrize(("has_team", "owner", "counts"), [(True, None, 1), (True, "mia", 0), (False, None, 0)])
def test_a_case_by_hand_that_nobody_owns_is_counted_where_there_is_a_team(
    world: World, capsys: pytest.CaptureFixture[str], has_team: bool, owner: str | None, counts: int
) -> None:
    world.people.kept["ann"] = make_person()
    if has_team:
        world.members.put(make_member("mia"), None)
    body = {"survey": "demo", "person": "ann"} | ({"owner": owner} if owner else {})
    status, made = opened(world, body)
    assert (status, made["owner"]) == (201, owner)
    assert capsys.readouterr().out.count('"CasesUnowned":1') == counts


@pytest.mark.parametrize(("deputy", "counts"), [(None, 1), ("mia", 0)])
def test_a_case_that_is_opened_again_for_nobody_is_counted(
    world: World, case: str, capsys: pytest.CaptureFixture[str], deputy: str | None, counts: int
) -> None:
    for member in (make_member("mia"), removed(make_member("bo", deputy=deputy), NOON)):
        world.members.put(member, None)
    world.cases.kept[case] = replace(world.cases.kept[case], owner="bo")
    note(world, case, CLOSING)
    assert capsys.readouterr().out.count("CasesUnowned") == 0
    status, again = note(world, case, {"revision": 2, "kind": "reopened"})
    assert (status, again["owner"], again["facts"][-1]["details"]) == (201, deputy, {"handed_over_from": "bo"})
    assert capsys.readouterr().out.count('"CasesUnowned":1') == counts


@pytest.mark.parametrize("scopes", [("cases:read",), ("people:read", "responses:read", "team:write")])
def test_changing_cases_needs_the_scope(world: World, case: str, scopes: tuple[str, ...]) -> None:
    key = key_with(world, *scopes)
    assert note(world, case, CLOSING, key=key)[0] == 403
    assert opened(world, {"survey": "demo", "person": "ann"}, key=key)[0] == 403


def test_a_case_is_read_with_person_and_words(world: World, case: str) -> None:
    status, found = read(world, case.upper())
    assert (status, found["person"], found["responses"][0]["comment"]) == (200, "ann", "too late")


@pytest.mark.parametrize("more", ["people:read", "responses:read", None])
def test_person_and_words_need_scopes_of_their_own(world: World, case: str, more: str | None) -> None:
    key = key_with(world, "cases:read", *([more] if more else []))
    status, found = read(world, case, key=key)
    assert status == 200
    assert ("person" in found) == (more == "people:read")
    assert ("comment" in found["responses"][0]) == (more == "responses:read")


def test_a_key_without_the_scope_reads_no_case(world: World, case: str) -> None:
    key = key_with(world, "people:read", "responses:read", "alerts:read")
    assert (read(world, case, key=key)[0], listed(world, key=key)[0]) == (403, 403)


def test_there_is_no_such_case(world: World) -> None:
    assert read(world, "069f7a4b-9dba-5c57-a9b9-b7a3d07b681e")[0] == 404


def test_the_cases_of_a_survey_are_measured_by_owner(world: World, case: str) -> None:
    path = "/v1/surveys/demo/case-measures"
    status, found = world.ask("manage_cases", MEASURES, path, query="by=owner")
    assert (status, found["by"], found["all"]["opened"], found["all"]["unowned"]) == (200, "owner", 1, 1)
    assert [(group["value"], group["opened"]) for group in found["groups"]] == [(None, 1)]
    status, found = world.ask("manage_cases", MEASURES, path, query="to=2026-11-21")
    assert (status, found["from"], found["all"]["opened"], found["groups"]) == (200, "2026-08-23", 0, [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-01&to=2026-11-01", "from"),
        ("from=2025-11-01&to=2026-11-20", "from"),
        ("to=2026-11-30", "to"),
        ("by=team", "by"),
        ("from=yesterday", "from"),
    ],
)
def test_measures_of_days_that_make_no_period_are_refused(world: World, query: str, field: str) -> None:
    status, problem = world.ask("manage_cases", MEASURES, "/v1/surveys/demo/case-measures", query=query)
    assert (status, [each["field"] for each in problem["errors"]]) == (400, [field])


def test_measures_need_the_scope_of_cases_and_a_survey_that_may_be_read(world: World) -> None:
    path = "/v1/surveys/demo/case-measures"
    assert world.ask("manage_cases", MEASURES, path, key=key_with(world, "scores:read"))[0] == 403
    assert world.ask("manage_cases", MEASURES, "/v1/surveys/nowhere/case-measures")[0] == 404


FORM, KIM = "POST /app/cases/{case}", "__Host-earshot=kim.token"


def send_form(world: World, monkeypatch: pytest.MonkeyPatch, case: str, role: Role, **sent: Any) -> dict[str, Any]:
    """Return what Kim's browser gets for a form of a case; `sent` changes its fields and headers."""
    world.members.kept["kim"] = make_member("kim", role=role)
    sessions = InMemorySessions(world.members, make_session("kim"))
    monkeypatch.setattr(bootstrap, "sessions", lambda: sessions)
    fields = {"token": form_token("token"), "revision": "1", "kind": "contacted", **sent.pop("fields", {})}
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", **sent}
    cookies = [headers.pop("cookie", KIM)]
    event = http_event(FORM, f"/app/cases/{case}", urlencode(fields), headers=headers) | {"cookies": cookies}
    made: dict[str, Any] = load("manage_cases").lambda_handler(event, None)
    return made


def test_a_form_of_the_console_changes_a_case_in_the_name_of_the_member(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reply = send_form(world, monkeypatch, case, Role.FRONTLINE)
    assert (reply["statusCode"], reply["headers"]["location"]) == (303, f"/app/cases/{case}")
    assert world.cases.kept[case].changed_by == "member:kim"
    (line,) = [vars(record) for record in caplog.records if record.getMessage() == "audit"]
    assert (line["action"], line["member"], line["object"]) == ("change a case", "kim", {"case": case})


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"cookie": "__Host-earshot=kim.other"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"fields": {"token": "another"}}, 403),
        ({"content-type": "application/json"}, 403),
        ({"fields": {"revision": "7"}}, 409),
        ({"fields": {"kind": "resolved"}}, 422),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_form_that_may_not_be_changes_nothing_and_gets_a_page(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch, sent: dict[str, Any], status: int
) -> None:
    before = world.cases.kept[case]
    reply = send_form(world, monkeypatch, case, Role.OWNER, **sent)
    assert reply["statusCode"] == status
    assert world.cases.kept[case] == before
    if status == 303:
        assert reply["headers"]["location"] == f"/app/sign-in?next=%2Fapp%2Fcases%2F{case}"
    else:
        assert reply["headers"]["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.ANALYST])
def test_a_role_that_may_not_change_cases_is_refused(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    reply = send_form(world, monkeypatch, case, role)
    assert reply["statusCode"] == 403
    assert world.cases.kept[case].revision == 1
