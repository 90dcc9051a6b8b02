"""Every request with a key names it in the log, and what is about people, keys and secrets has an audit line."""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from earshot.api.access import admit
from earshot.api.http import empty_response, serve
from earshot.api.request import Request
from earshot.api.route import Reach, Route
from earshot.domain.access import EVERYTHING, Access, Role
from earshot.domain.api_key import ApiKey, compose, hash_of
from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.keyed_hash import audit_name, made_id
from earshot.domain.sessions import form_token
from earshot.domain.site import Site
from earshot.observability import logger
from earshot_cli.openapi.routes import declared
from tests.factories import NOON, make_member, make_session
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers

DESCRIPTION = json.loads((Path(__file__).parents[3] / "functions/serve_openapi/openapi.json").read_text())
ROUTES = {key: each for key, each in declared().items() if each.scope}
# Requests with a key that leave no audit line; the line of each request names the key all the same.
UNAUDITED = frozenset(
    {
        "POST /v1/surveys/{survey}/responses",  # a response keeps the key that sent it
        "PUT /v1/surveys/{survey}/imports/{import}",  # and so does an import
        "GET /v1/surveys/{survey}/imports",
        "GET /v1/surveys/{survey}/imports/{import}",
        "GET /v1/surveys",
        "GET /v1/surveys/{survey}",
        "GET /v1/surveys/{survey}/values",
        "GET /v1/surveys/{survey}/responses/{response}",
        "GET /v1/surveys/{survey}/campaigns",
        "GET /v1/surveys/{survey}/campaigns/{campaign}",
        "GET /v1/surveys/{survey}/nps",
        "GET /v1/surveys/{survey}/counts",
        "GET /v1/surveys/{survey}/funnel",
        "GET /v1/surveys/{survey}/quality",
        "GET /v1/surveys/{survey}/breakdown",
        "GET /v1/surveys/{survey}/segments/{property}",
        "GET /v1/surveys/{survey}/trend",
        "GET /v1/nps",
        "GET /v1/trend",
        "GET /v1/destinations",
        "GET /v1/destinations/{destination}",
        "GET /v1/deliveries",
        "GET /v1/deliveries/{delivery}",
        "GET /v1/cases",
        "GET /v1/cases/{case}",
        "GET /v1/surveys/{survey}/case-measures",
        "GET /v1/team",
        "GET /v1/roles",
        "GET /v1/team/{member}",
        "GET /v1/accounts",
        "GET /v1/calendars",
        "GET /v1/calendars/{calendar}",
        "GET /v1/digests",
        "GET /v1/digests/{digest}",
        "GET /v1/digests/{digest}/preview",  # its words are those of responses, as GET /responses shows them
        "GET /v1/surveys/{survey}/alert-rules",
        "GET /v1/surveys/{survey}/alert-rules/{rule}",
        "POST /v1/surveys/{survey}/alert-rules/try",  # it changes nothing, and shows ids and scores
    }
)
KEY_ID, KEY = compose(bytes(range(30)))


class Keys:
    """One good key that may read people."""

    def get(self, key_id: str) -> ApiKey | None:
        return ApiKey(KEY_ID, "crm", hash_of(KEY), ("people:read",), "2026-01-01") if key_id == KEY_ID else None

    def note_use(self, key_id: str, day: str) -> None:
        assert (key_id, day) == (KEY_ID, "2026-11-21")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def ask(
    route: str,
    key: str | None = KEY,
    scope: str = "people:read",
    naming: Callable[[str], str] = "name of {}".format,
    **path: str,
) -> int:
    """Send a request to a route that wants a scope, and return the status."""

    def handle(request: Request) -> dict[str, Any]:
        assert request.api_key.id == KEY_ID
        if path.get("person") == "nobody":
            raise NotFoundError("there is no such person")
        return empty_response(204)

    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    event = {"routeKey": route, "headers": headers, "pathParameters": path, "requestContext": {"requestId": "r-1"}}
    described = Route(route, "told", handle, scope=scope, audit=ROUTES[route].audit)
    reply = serve(event, {route: described}, keys=Keys, now=lambda: NOON, naming=naming)  # type: ignore[arg-type]
    return int(reply["statusCode"])


def test_every_call_with_a_key_is_audited_or_known_not_to_be() -> None:
    wanted = {
        f"{method.upper()} {path}"
        for path, operations in DESCRIPTION["paths"].items()
        for method, operation in operations.items()
        if any("bearer" in one for one in operation.get("security", ()))
    }
    assert ROUTES.keys() == wanted
    assert {key for key, each in ROUTES.items() if not each.audit} == UNAUDITED


def test_all_that_takes_away_or_reveals_has_an_audit_line() -> None:
    assert [route for route in UNAUDITED if route.startswith("DELETE") or "people" in route or "secret" in route] == []


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_the_line_of_each_authorised_request_names_its_key(lines: Any, route: str) -> None:
    assert ask(route) == 204

    reply, *audits = lines()
    assert (reply["message"], reply["key"]) == ("request", KEY_ID)
    assert [line["action"] for line in audits] == ([ROUTES[route].audit] if ROUTES[route].audit else [])
    assert all(line["key"] == KEY_ID for line in audits)
    assert KEY.rpartition("_")[2] not in json.dumps(lines())


def test_a_person_stands_in_an_audit_line_by_a_name_of_the_logs_own(lines: Any) -> None:
    ask("GET /v1/people/{person}/export", person="ann@example.com")

    assert lines()[1]["object"] == {"person": "name of ann@example.com"}
    assert (lines()[1]["status"], lines()[1]["correlation_id"]) == (204, "r-1")


def test_a_refusal_is_audited_without_what_stood_in_its_path(lines: Any) -> None:
    assert ask("DELETE /v1/people/{person}", person="nobody") == 404
    assert ask("DELETE /v1/people/{person}", scope="people:write", person="ann") == 403

    audits = [line for line in lines() if line["message"] == "audit"]
    assert [(line["status"], line["object"], line["key"]) for line in audits] == [(404, {}, KEY_ID), (403, {}, KEY_ID)]


def test_the_action_is_returned_and_audited_though_the_person_cannot_be_named(lines: Any) -> None:
    def away(_: str) -> str:
        raise BusyError("the secret is away")

    route = "DELETE /v1/people/{person}"
    assert ask(route, naming=away, person="ann") == 204
    assert [(line["action"], line["object"]) for line in lines()[1:]] == [(ROUTES[route].audit, {})]


@pytest.mark.parametrize("key", [None, "earshot_0f1e2d3c4b5a_" + "c0ffee" * 8, "nonsense"])
def test_who_shows_no_good_key_has_no_audit_line(lines: Any, key: str | None) -> None:
    assert ask("GET /v1/people", key=key) == 401

    (line,) = lines()
    assert "key" not in line


CLOSING = "POST /app/cases/{case}"
FORM_SENT = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


def send_form(
    role: Role,
    cookie: str = "kim.token",
    headers: Mapping[str, str] = FORM_SENT,
    access: Access = EVERYTHING,
    reach: Reach = "whole",
) -> int:
    """Send a form that needs `cases:write`, with the fields of Kim's session, and return the status."""
    kept = InMemorySessions(InMemoryMembers(make_member("kim", role=role, access=access)), make_session("kim"))

    def handle(request: Request) -> dict[str, Any]:
        site = Site("https://earshot.example.com")
        visitor, fields = admit(request, "cases:write", NOON, sessions=kept, site=site)
        assert (visitor.member.id, fields) == ("kim", {"state": "resolved"})
        return empty_response(303)

    event = {
        "routeKey": CLOSING,
        "headers": headers,
        "cookies": [f"__Host-earshot={cookie}"],
        "pathParameters": {"case": "c-1"},
        "requestContext": {"requestId": "r-1"},
        "body": f"state=resolved&token={form_token('token')}",
    }
    declared = Route(CLOSING, "close", handle, open_because="a form", audit="change a case", access=reach)
    reply = serve(event, {CLOSING: declared})
    return int(reply["statusCode"])


def test_the_audit_line_of_a_form_names_the_member(lines: Any) -> None:
    assert send_form(Role.FRONTLINE) == 303
    (line,) = lines()
    assert (line["message"], line["action"], line["member"], line["key"]) == ("audit", "change a case", "kim", "")
    assert line["object"] == {"case": "c-1"}


def test_a_form_that_the_role_may_not_send_is_refused_and_audited(lines: Any) -> None:
    assert send_form(Role.ANALYST) == 403
    (line,) = [line for line in lines() if line["message"] == "audit"]
    assert (line["member"], line["status"], line["object"]) == ("kim", 403, {})


def test_a_form_of_a_member_with_limited_access_needs_a_route_that_applies_it() -> None:
    assert send_form(Role.OWNER, access=Access(("shop",))) == 403
    assert send_form(Role.OWNER, access=Access(("shop",)), reach="rows") == 303


def test_a_form_of_nobody_is_no_line_of_anybody(lines: Any) -> None:
    assert send_form(Role.OWNER, cookie="kim.guessed") == 401
    assert [line["message"] for line in lines()] == ["request"]


def test_a_form_of_another_site_is_refused(lines: Any) -> None:
    assert send_form(Role.OWNER, headers={**FORM_SENT, "sec-fetch-site": "cross-site"}) == 403
    assert lines()[-1]["status"] == 403


def test_a_person_has_one_name_in_the_log_by_address_and_by_id() -> None:
    key = b"key"

    assert audit_name("ann@example.com", key) == audit_name(made_id("Ann@Example.com", key), key)
    assert audit_name("cust-77", key) != audit_name("cust-77", b"another")
    assert "cust-77" not in audit_name("cust-77", key)
