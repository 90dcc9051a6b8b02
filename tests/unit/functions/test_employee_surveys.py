"""An employee survey takes responses, and shows nothing of them: on no route, with no key, in no event."""

import json
from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.stream import read_record
from earshot.api.all_paths import PATHS
from earshot.domain.access import SCOPES
from earshot.domain.alerts import Alert
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.cases import SubjectKind
from earshot.domain.invitation import InvitationState
from earshot.domain.opened_cases import opened_by
from earshot.domain.response import Response
from earshot.domain.statement import StatementKind
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.responses.record_responses import record
from earshot.services.scores.recompute_scores import Ask, fan_out, recompute
from earshot.services.surveys.manage_surveys import update
from tests.aws_events import http_event, stored, stream_record
from tests.factories import NOON, make_invitation, make_person, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.unit.functions.conftest import World, load

STAFF = "staff"
COMMENT, RESPONSE, CASE = "My manager never listens", uuid7(seed="employee"), "a-case"
ASKED = make_invitation(
    survey=STAFF,
    person="eve",
    state=InvitationState.SENT,
    sent_at=NOON,
    response=RESPONSE,
    attempts=(SubmitAttempt(2, NOON, comment=Comment.of(COMMENT)),),
    stopped="answered",
)
ONE = "/v1/surveys/{survey}"
# What reads responses, by the function, the query and the body it takes.
READS: dict[str, tuple[str, str, Any]] = {
    f"GET {ONE}/nps": ("read_results", "", None),
    "GET /v1/nps": ("read_results", "surveys=demo,staff", None),
    f"GET {ONE}/breakdown": ("read_results", "by=team", None),
    f"GET {ONE}/segments/{{property}}": ("read_results", "", None),
    f"GET {ONE}/counts": ("read_results", "from=2026-11-01&to=2026-12-01", None),
    f"GET {ONE}/funnel": ("read_results", "", None),
    f"GET {ONE}/responses": ("read_results", "", None),
    f"GET {ONE}/responses/{{response}}": ("read_results", "", None),
    f"GET {ONE}/values": ("manage_surveys", "segment=team", None),
    f"PATCH {ONE}/values": ("manage_surveys", "", {"segment": "team", "accept": ["sales"]}),
    f"GET {ONE}/trend": ("read_trends", "", None),
    "GET /v1/trend": ("read_trends", "surveys=staff,demo", None),
    f"GET {ONE}/quality": ("read_trends", "", None),
    f"PATCH {ONE}/responses/{{response}}": ("revise_response", "", {"score": 9}),
    f"DELETE {ONE}/responses": ("revise_response", "check=true&category=detractor", None),
    f"POST {ONE}/alert-rules/try": ("manage_alerts", "", {"when": "detractor", "destinations": ["owner"]}),
    "GET /v1/cases/{case}": ("manage_cases", "", None),
    "POST /v1/cases": ("manage_cases", "", {"survey": STAFF, "person": "eve"}),
    "POST /v1/cases/{case}/facts": ("manage_cases", "", {"revision": 1, "kind": "note", "note": "She rang."}),
    f"GET {ONE}/case-measures": ("manage_cases", "", None),
    "GET /v1/people/{person}/export": ("manage_people", "", None),
    "GET /v1/people/{person}/invitations": ("request_invitations", "", None),
    "POST /v1/people/{person}/invitations/{invitation}/release": ("request_invitations", "", None),
}
# What reveals nothing of a comment, and why.
OTHERS: dict[str, str] = {
    "the survey and its settings": f"GET /v1/surveys, GET {ONE}, PUT {ONE}, PATCH {ONE}, DELETE {ONE}",
    "the widget and identities": f"GET {ONE}/widget, POST {ONE}/widget, OPTIONS {ONE}/widget, "
    f"GET {ONE}/identity-secret, POST {ONE}/identity-secret, GET /widget.js, GET /widget/{{version}}",
    "only takes": f"POST {ONE}/responses, OPTIONS {ONE}/responses, DELETE {ONE}/responses/{{response}}, "
    "POST /v1/inbound/{destination}",
    "only how many rows came": f"GET {ONE}/imports, GET {ONE}/imports/{{import}}, PUT {ONE}/imports/{{import}}, "
    f"POST {ONE}/imports/{{import}}/undo",
    "people, not what they said": "GET /v1/people, POST /v1/people, POST /v1/people/search, GET /v1/people/{person}, "
    "PUT /v1/people/{person}, DELETE /v1/people/{person}, GET /v1/people/{person}/erasure, "
    "DELETE /v1/people/{person}/suppression, "
    "POST /v1/suppressions",
    "whom to ask": f"POST {ONE}/invitations, GET {ONE}/campaigns, GET {ONE}/campaigns/{{campaign}}, "
    f"PUT {ONE}/campaigns/{{campaign}}, POST {ONE}/campaigns/{{campaign}}/stop",
    "where alerts go, and on what": "GET /v1/destinations, POST /v1/destinations, GET /v1/destinations/{destination}, "
    "PATCH /v1/destinations/{destination}, DELETE /v1/destinations/{destination}, "
    "POST /v1/destinations/{destination}/test, POST /v1/destinations/{destination}/rotate-secret, "
    "POST /v1/destinations/{destination}/redrive, POST /v1/destinations/{destination}/replay, "
    f"GET {ONE}/alert-rules, POST {ONE}/alert-rules, GET {ONE}/alert-rules/{{rule}}, "
    f"PATCH {ONE}/alert-rules/{{rule}}, DELETE {ONE}/alert-rules/{{rule}}",
    "that something was sent, not what": "GET /v1/deliveries, GET /v1/deliveries/{delivery}, GET /v1/cases",
    "staff and customers' companies": "GET /v1/team, GET /v1/roles, GET /v1/team/{member}, PUT /v1/team/{member}, "
    "DELETE /v1/team/{member}, GET /v1/calendars, GET /v1/calendars/{calendar}, PUT /v1/calendars/{calendar}, "
    "DELETE /v1/calendars/{calendar}, GET /v1/accounts, POST /v1/accounts",
    "who is signed in": "POST /v1/team/invitations, GET /v1/team/{member}/sessions, "
    "DELETE /v1/team/{member}/sessions, DELETE /v1/team/{member}/sessions/{session}, GET /app/sign-in, "
    "HEAD /app/sign-in, POST /app/sign-in, GET /app/sign-in/code, POST /app/sign-in/code, GET /app/sign-in/{token}, "
    "POST /app/sign-in/{token}, GET /app/invitation/{token}, POST /app/invitation/{token}, POST /app/sign-out",
    "pages of the console, of which tests/unit/console/test_router.py asks for every one": "GET /app, HEAD /app, "
    "GET /app/{proxy+}, HEAD /app/{proxy+}, POST /app/cases/{case}, POST /app/person, "
    "POST /app/settings, POST /app/s/{survey}/responses/{response}",
    "digests, which no employee survey has": "GET /v1/digests, GET /v1/digests/{digest}, PUT /v1/digests/{digest}, "
    "DELETE /v1/digests/{digest}, POST /v1/digests/{digest}/test, POST /v1/digests/{digest}/redrive, "
    "GET /v1/digests/{digest}/preview",
    "the respondent's own page": "GET /s/{token}, HEAD /s/{token}, POST /s/{token}, GET /u/{token}, HEAD /u/{token}, "
    "POST /u/{token}",
    "keys and the description": "GET /v1/keys, POST /v1/keys, DELETE /v1/keys/{key}, "
    "GET /v1/openapi.json, HEAD /v1/openapi.json",
}


@pytest.fixture
def staff(world: World) -> World:
    """Record the response of Eve, an employee, and those of others to a customer survey."""
    world.surveys.surveys[STAFF] = make_survey(id=STAFF, kind="employee", segments=("team",))
    world.people.kept["eve"] = make_person(id="eve", email="eve@example.com")
    world.invitations.kept["eve", ASKED.id] = ASKED
    given: dict[str, Any] = {"comment": COMMENT, "person": "eve", "properties": {"team": "blue"}}
    submissions = [
        make_submission(2, id=RESPONSE, survey=STAFF, **given),
        make_submission(3, id=uuid7(seed="2"), survey=STAFF, **given),
    ]
    others = make_submission(9, id=uuid7(seed="customer"), comment="Lovely", person="carl")
    world_ports: dict[str, Any] = {"surveys": world.surveys, "ledger": world.ledger, "people": world.people}
    assert record([*submissions, others], pause=no_pause, **world_ports) == set()
    alert = Alert(STAFF, "default", RESPONSE, NOON)
    assert world.cases.open(alert, replace(opened_by(alert, SubjectKind.PERSON, "eve"), id=CASE)).is_made
    return world


def filled(route: str) -> str:
    path = route.partition(" ")[2]
    values = {"{survey}": STAFF, "{response}": RESPONSE, "{person}": "eve", "{invitation}": ASKED.id, "{case}": CASE}
    values["{property}"] = "team"
    for name, value in values.items():
        path = path.replace(name, value)
    return path


def test_every_route_is_known_to_read_responses_or_not_to() -> None:
    others = [route for routes in OTHERS.values() for route in routes.split(", ")]
    known = {f"{method} {path}" for path, methods in PATHS.items() for method in methods}
    assert sorted([*READS, *others]) == sorted(known)


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize("scopes", [SCOPES, *((scope,) for scope in SCOPES)], ids=lambda scopes: "+".join(scopes)[:20])
def test_no_key_reads_a_response(staff: World, route: str, scopes: tuple[str, ...]) -> None:
    _, key = create("a key", scopes, "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=staff.keys)
    function, query, body = READS[route]
    event = http_event(route, filled(route), body, key=key, query=query)
    reply = load(function).lambda_handler(event, None)
    document = json.loads(reply["body"])
    # A key without the scope is refused for that; none is let in.
    assert reply["statusCode"] == 409 or (reply["statusCode"] == 403 and scopes != SCOPES)
    assert document["type"] == f"urn:earshot:problem:{'employee-survey' if reply['statusCode'] == 409 else 'forbidden'}"
    assert COMMENT not in reply["body"]
    assert RESPONSE not in reply["body"]


@pytest.mark.parametrize("route", READS)
def test_without_a_key_nothing_is_read_either(staff: World, route: str) -> None:
    function, query, body = READS[route]
    reply = load(function).lambda_handler(http_event(route, filled(route), body, query=query), None)
    assert reply["statusCode"] == 401


@pytest.mark.parametrize("route", [f"GET {ONE}/nps", f"GET {ONE}/responses", f"GET {ONE}/funnel"])
def test_responses_of_customers_are_read_as_before(staff: World, route: str) -> None:
    path = route.partition(" ")[2].replace("{survey}", "demo")
    assert staff.ask("read_results", route, path)[0] == 200


def test_asking_again_under_the_callers_id_shows_no_response(staff: World) -> None:
    wish = {"id": "order-1", "person": {"id": "ben", "email": "ben@example.com"}}
    route, path = f"POST {ONE}/invitations", f"/v1/surveys/{STAFF}/invitations"
    _, first = staff.ask("request_invitations", route, path, {"invitations": [wish]})
    shown = first["invitations"][0]
    kept = staff.invitations.kept["ben", shown["id"]]
    fields: dict[str, Any] = {
        "attempts": (SubmitAttempt(2, NOON, comment=Comment.of(COMMENT)),),
        "response": RESPONSE,
        "stopped": "answered",
    }
    staff.invitations.kept["ben", kept.id] = replace(kept, **fields)
    _, again = staff.ask("request_invitations", route, path, {"invitations": [wish]})
    assert again == first


def test_the_responses_are_recorded_and_counted_all_the_same(staff: World) -> None:
    assert staff.ledger.sums[STAFF, "all", "2026-11-21"] == [0, 0, 1, 1, *[0] * 7]


def responses_of(world: World) -> list[Response]:
    return [row for row in world.ledger.items.values() if isinstance(row, Response) and row.survey == STAFF]


def test_no_event_is_emitted_for_a_response_whatever_becomes_of_it(staff: World) -> None:
    ports: dict[str, Any] = {"surveys": staff.surveys, "ledger": staff.ledger, "people": staff.people}
    known = {row.id: row for row in responses_of(staff)}
    for row in known.values():
        assert read_record(stream_record(old=None, new=stored(row))) == []
    changed = make_submission(
        0, id=RESPONSE, survey=STAFF, kind=StatementKind.CHANGED_BY_RESPONDENT, person="eve", received_at=NOON + 9
    )
    record([changed], pause=no_pause, **ports)
    route = f"DELETE {ONE}/responses/{{response}}"
    steps = [{row.id: row for row in responses_of(staff)}]
    assert staff.ask("revise_response", route, filled(route))[0] == 204
    steps.append({row.id: row for row in responses_of(staff)})
    assert staff.ask("manage_people", "DELETE /v1/people/{person}", "/v1/people/eve", query="id=eve")[0] == 200
    steps.append({row.id: row for row in responses_of(staff)})
    for before, after in zip([known, *steps], steps, strict=False):
        for name, row in after.items():
            events = read_record(stream_record(old=stored(before[name]), new=stored(row)))
            assert events == [], (name, row.kind)
    assert {row.kind for row in responses_of(staff)} == {StatementKind.ERASED, StatementKind.ANONYMISED}


def test_no_score_is_computed_and_no_day_evaluated(staff: World) -> None:
    ports: dict[str, Any] = {"surveys": staff.surveys, "counts": staff.ledger, "scores": staff.scores}
    done = recompute(Ask(STAFF, None, NOON), NOON, evaluations=staff.evaluations, **ports)
    assert (done.series, done.evaluation, staff.evaluations.kept) == (0, None, {})
    queue = InMemoryQueue()
    assert fan_out(surveys=staff.surveys, queue=queue) == len(staff.surveys.surveys) - 1
    assert STAFF not in repr(queue.take())


def test_an_employee_survey_with_responses_stays_one(staff: World) -> None:
    with pytest.raises(Exception, match="employees were promised"):
        update(STAFF, {"kind": "relationship"}, "", surveys=staff.surveys, backfills=InMemoryQueue())
    route, path = f"PUT {ONE}", f"/v1/surveys/{STAFF}"
    status, body = staff.ask("manage_surveys", route, path, {"name": "Staff"})
    assert (status, "employees" in body["detail"]) == (409, True)
    assert staff.surveys.surveys[STAFF].kind == "employee"
