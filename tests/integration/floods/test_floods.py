"""SECURITY.md says truly what each route without a key costs at its worst, and what a day at its limit costs."""

import json
import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import jwt
import pytest

from benchmarks.floods import (
    AN_EVENT_MORE,
    CAP_OF_AN_HOUR,
    INTAKE,
    KEYED,
    ROUTES,
    SUBMISSIONS,
    TAKEN,
    days,
    read_template,
    table,
    table_behind,
)
from benchmarks.listening import listening
from earshot import bootstrap
from earshot.adapters.webhook_signature import make_secret, signed_headers
from earshot.console.assets import address as console_file
from earshot.domain.destinations import Destination
from earshot.domain.invitation import MOST_ATTEMPTS
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import Asking, Given, TeamInvitation, address_hash, code_hash
from earshot.domain.submission_policy import DEFAULT_HOURLY_CAP
from earshot.services.responses.record_responses import record
from tests.aws_events import http_event
from tests.factories import NOON, make_member, make_submission, uuid7
from tests.fakes.alerts import InMemoryCredentials
from tests.fakes.fake_time import no_pause
from tests.integration.floods.conftest import SEGMENTS, Ask, Done
from tests.integration.template.stack import ROOT, stack
from tests.integration.template.test_limits import unauthenticated

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
FORM = {"content-type": "application/x-www-form-urlencoded", "accept-language": "de"}
RESPONSES, WIDGET = "/v1/surveys/demo/responses", "/v1/surveys/demo/widget"
TEMPLATE = read_template()


def large(**more: Any) -> str:
    """Make a body of nearly 64 KB whose every part is long, and much of it ignored."""
    properties = dict.fromkeys(SEGMENTS, "x" * 64)
    known = {"score": 0, "comment": "x" * 1200, "properties": properties, **more}
    return json.dumps(known | {f"{'f' * 200}{number}": 1 for number in range(290)})


def hold(measured: list[Done], route: str, *statuses: int) -> None:
    """Compare what was measured with what is declared of a route: enough for the dearest, and for nothing dearer."""
    worst = ROUTES[route]
    assert {done.status for done in measured} == set(statuses)
    units = ("reads", "writes", "table_calls")
    assert (worst.reads, worst.writes, worst.calls) == tuple(
        max(getattr(done.spent, unit) for done in measured) for unit in units
    )
    out = max(done.out for done in measured)
    assert out <= worst.out <= 1.5 * out
    logged = max(sum(len(line) + AN_EVENT_MORE for line in done.lines) for done in measured)
    assert logged <= worst.logged <= 2 * logged


def test_the_intake(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = http_event(INTAKE, RESPONSES, large())
    first = ask("submit_response", sent)
    assert (first.status, first.spent.writes, first.spent.messages) == (202, 1, 1)
    refused = [
        ask("submit_response", http_event(INTAKE, RESPONSES, large(score="eleven"))),
        ask("submit_response", http_event(INTAKE, "/v1/surveys/" + "x" * 63 + "/responses", large())),
    ]
    hour, known = f"h{bootstrap.now() // 3_600_000}", bootstrap.limits_known()
    known.hours["demo"], known.logged["demo"] = (hour, CAP_OF_AN_HOUR), hour
    held = [
        ask("submit_response", sent),
        ask("submit_response", http_event(INTAKE, RESPONSES, large(token="no.good.one"))),
    ]
    hold([*refused, *held], INTAKE, 400, 404, 429)


def test_a_token_that_is_over_costs_a_flood_no_more_than_none(ask: Ask, links: Any) -> None:
    secret = bootstrap.identity_tokens().secret("demo")
    for person in ("ann", "ann@example.com"):
        token = jwt.encode({"sub": person, "exp": NOON // 1000 - 3600}, secret)
        sent = [{"id": uuid7(seed=f"{person} {number}"), "score": 9, "token": token} for number in range(35)]
        done = [ask("submit_response", http_event(INTAKE, RESPONSES, each)) for each in sent]
        first, last = done[0].spent, done[-1].spent
        assert {each.status for each in done} == {202}
        assert first.reads <= 5
        # Taken as nobody's, with the write of its network, and looked up no more.
        assert (last.reads, last.writes, last.table_calls) == (1, 1, 2)


def test_what_is_done_behind_the_intake(ask: Ask, dynamodb: Any, sqs: Any) -> None:
    properties = dict.fromkeys(SEGMENTS, "x" * 64)

    def recorded(seed: str) -> Any:
        submission = make_submission(
            0, id=uuid7(seed=seed), comment="x" * 1200, properties=properties, correlation="x" * 16
        )
        ports: dict[str, Any] = {"surveys": bootstrap.tracking_surveys(), "ledger": bootstrap.ledger()}
        with listening(dynamodb, sqs, {}) as spent:
            assert record([submission], people=bootstrap.people(), pause=no_pause, **ports) == set()
        return spent

    recorded("the day's first, whose values are new")
    spent = recorded("any other")
    assert spent.reads <= TAKEN[INTAKE].reads
    assert spent.writes == TAKEN[INTAKE].writes
    assert DEFAULT_HOURLY_CAP == CAP_OF_AN_HOUR


@pytest.mark.parametrize(
    ("function", "path"),
    [("submit_response", "/v1/surveys/{survey}/responses"), ("serve_widget", "/v1/surveys/{survey}/widget")],
)
def test_preflights(ask: Ask, function: str, path: str) -> None:
    route = f"OPTIONS {path}"
    hold([ask(function, http_event(route, path.replace("{survey}", "demo")))], route, 204)


def test_the_config(ask: Ask) -> None:
    route = "GET /v1/surveys/{survey}/widget"
    asked = [
        ask("serve_widget", http_event(route, WIDGET, query=f"lang={language}"))
        for language in ("en", "de", "ja", "ar")
    ]
    hold(asked, route, 200)


def test_a_person_the_page_knows(ask: Ask, links: Any) -> None:
    route = "POST /v1/surveys/{survey}/widget"
    secret = bootstrap.identity_tokens().secret("demo")
    done = []
    for person in ("ann", "nobody-yet", "ann@example.com"):
        token = jwt.encode({"sub": person, "exp": NOON // 1000 + 600}, secret)
        for event in (None, "shown", "closed"):
            body = {"token": token} | ({"event": event} if event else {})
            done.append(ask("serve_widget", http_event(route, WIDGET, body)))
    done.append(ask("serve_widget", http_event(route, WIDGET, {"token": "a.b.c"})))
    hold(done, route, 200, 401)


@pytest.mark.parametrize(
    ("route", "paths"),
    [("GET /widget.js", ["/widget.js"]), ("GET /widget/{version}", ["/widget/style.css", "/widget/SCRIPT.js"])],
)
def test_the_widgets_files(ask: Ask, route: str, paths: list[str]) -> None:
    from earshot.pages.script import script  # noqa: PLC0415 - `make widget` may come first

    hold(
        [ask("serve_widget", http_event(route, each.replace("SCRIPT", script().version))) for each in paths], route, 200
    )


def test_the_respondent_page(ask: Ask, links: dict[str, str]) -> None:
    path = f"/s/{links['respond']}"

    def visit(method: str, form: str | None = None) -> Done:
        return ask("serve_pages", http_event(f"{method} /s/{{token}}", path, form, query="score=9", headers=FORM))

    first, shown, checked = visit("GET"), [visit("GET") for _ in range(3)], [visit("HEAD") for _ in range(2)]
    # That a page was fetched is marked once for each of three mails.
    assert first.spent.writes <= 4
    sent = [visit("POST", f"score={number % 11}&comment={'x' * 1200}") for number in range(MOST_ATTEMPTS + 3)]
    taken = [done for done in sent if done.status == 200]
    assert (len(taken), MOST_ATTEMPTS) == (SUBMISSIONS, SUBMISSIONS)
    behind = TAKEN["POST /s/{token}"]
    assert max(done.spent.reads for done in taken) + 5 <= behind.reads
    assert max(done.spent.writes for done in taken) + TAKEN[INTAKE].writes + 2 <= behind.writes
    hold([*shown, visit("GET")], "GET /s/{token}", 200)
    hold([*checked, visit("HEAD")], "HEAD /s/{token}", 200)
    hold(sent[SUBMISSIONS:], "POST /s/{token}", 409)


def test_the_unsubscribe_page(ask: Ask, links: dict[str, str]) -> None:
    path = f"/u/{links['unsubscribe']}"

    def visit(method: str, form: str | None = None) -> Done:
        return ask("serve_pages", http_event(f"{method} /u/{{token}}", path, form, headers=FORM))

    hold([visit("GET") for _ in range(2)], "GET /u/{token}", 200)
    hold([visit("HEAD") for _ in range(2)], "HEAD /u/{token}", 200)
    forms = ("List-Unsubscribe=One-Click", "undo=yes", "List-Unsubscribe=One-Click", "undo=yes", "undo=yes")
    first, *again = (visit("POST", form) for form in forms)
    # The first takes the invitation out of what is due.
    assert first.spent.writes <= 9
    hold(again, "POST /u/{token}", 200)


def test_a_call_from_outside(ask: Ask, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, secrets = make_secret(bytes(32)), InMemoryCredentials()
    settings = {"url": "https://hooks.example.com/" + "x" * 2000}
    hook = Destination(
        "to-1f2e3d4c5b6a", "webhook", "w" * 100, settings, contact="w" * 240 + "@example.com", inbound=True
    )
    assert bootstrap.destinations().put(hook, None)
    secrets.write(hook.id, {}, secret)
    monkeypatch.setattr(bootstrap, "inbound_secrets", lambda: secrets)
    route, body = "POST /v1/inbound/{destination}", {"case": str(uuid4()), "state": "contacted", "note": "x" * 800}

    def call(name: str, by: str = secret, to: str = hook.id, sent: str = json.dumps(body)) -> Done:
        headers = signed_headers([by], name, NOON, sent.encode())
        return ask("receive_inbound", http_event(route, f"/v1/inbound/{to}", sent, headers=headers))

    wrong, name = make_secret(bytes([1]) * 32), "x" * 128
    taken, repeated = call(name), call(name)
    assert (repeated.spent.reads, repeated.spent.writes, repeated.spent.messages) == (2, 0, 0)
    refused = [call("1", wrong), call("1", to="x" * 63), call("1", to="X" * 63), call("1", sent="x" * 20_000)]
    assert max(done.spent.reads for done in refused) == 1
    hold([taken, repeated, *refused], route, 202, 401, 404, 413)


def test_signing_in(ask: Ask) -> None:
    kim = replace(make_member("kim", email="k" * 240 + "@example.com"), name="K" * 100)
    assert bootstrap.members().put(kim, None)
    ours, link, letter = (
        {**FORM, "sec-fetch-site": "same-origin", "x-earshot-viewer": "203.0.113.7"},
        "x" * 43,
        "y" * 43,
    )
    page, cookie = "%2Fapp%2F" + "x" * 480, f"__Host-earshot-asking={'z' * 43}"
    now = bootstrap.now()
    given = Given("kim", hash_of(link), code_hash("012345", hash_of("z" * 43)))
    bootstrap.sign_ins().ask(Asking(hash_of("z" * 43), address_hash(kim.email), now, "/app/" + "x" * 480, given))
    bootstrap.sign_ins().invite(TeamInvitation(hash_of(letter), "kim", address_hash(kim.email), now))

    def visit(method: str, path: str, form: str | None = None, *cookies: str, of: str = "") -> Done:
        event = http_event(
            f"{method} {of or path}", path, form, query=f"next={page}", headers=ours, cookies=cookies or (cookie,)
        )
        return ask("sign_in", event)

    for method, path in (("GET", "/app/sign-in"), ("HEAD", "/app/sign-in"), ("GET", "/app/sign-in/code")):
        hold([visit(method, path)], f"{method} {path}", 200)
    for path, token in (("/app/sign-in/{token}", link), ("/app/invitation/{token}", letter)):
        hold([visit("GET", path.replace("{token}", token), of=path)], f"GET {path}", 200)
    asked = [visit("POST", "/app/sign-in", f"email=a{number}%40example.com&next={page}") for number in range(2)]
    wrong = [visit("POST", "/app/sign-in", "email=x"), visit("POST", "/app/sign-in", "x" * 70_000)]
    hold([*asked, *wrong], "POST /app/sign-in", 303, 413, 422)
    hold([visit("POST", "/app/sign-in/code", "code=012346")], "POST /app/sign-in/code", 422)
    for path, token in (("/app/sign-in/{token}", "v" * 43), ("/app/invitation/{token}", "v" * 43)):
        hold([visit("POST", path.replace("{token}", token), "", of=path)], f"POST {path}", 410)
    nobody = visit("POST", "/app/sign-out", "", f"__Host-earshot=kim.{'x' * 43}")
    hold([nobody], "POST /app/sign-out", 303)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_console_of_nobody(ask: Ask, method: str) -> None:
    """Who is not signed in gets the way to the page for it, whatever the path; the console's own files are for all."""
    forged = {"cookies": [f"__Host-earshot=kim.{'x' * 43}"]}

    def ask_for(route: str, path: str) -> Done:
        return ask("serve_console", http_event(route, path, query="q=" + "x" * 200) | forged)

    hold([ask_for(f"{method} /app", "/app")], f"{method} /app", 303)
    route, files_ = f"{method} /app/{{proxy+}}", [console_file("console.css")] if method == "GET" else []
    paths = ["/app/s/demo", "/app/" + "x" * 200, *files_]
    hold([ask_for(route, path) for path in paths], route, *([200] if files_ else []), 303)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_description(ask: Ask, method: str) -> None:
    route = f"{method} /v1/openapi.json"
    hold([ask("serve_openapi", http_event(route))], route, 200)


def test_any_other_path(ask: Ask) -> None:
    asked = [
        ask("read_results", http_event("$default", "/" + "x" * 2000)),
        ask("read_results", http_event("$default", "/v1/surveys/demo", method="POST")),
    ]
    hold(asked, "$default", 404, 405)


def test_a_key_that_is_none(ask: Ask) -> None:
    route, path = "GET /v1/surveys/{survey}/nps", "/v1/surveys/demo/nps"
    wrong = f"earshot_0123456789ab_{'0' * 48}"
    for key in (None, "none", wrong):
        done = ask("read_results", http_event(route, path, key=key))
        assert done.status == 401
        assert (done.spent.reads, done.spent.writes, done.spent.table_calls) <= (KEYED.reads, 0, KEYED.calls)
        assert done.out <= KEYED.out
        assert sum(len(line) + AN_EVENT_MORE for line in done.lines) <= KEYED.logged


def test_no_route_is_missing() -> None:
    assert set(ROUTES) == unauthenticated() == set(TEMPLATE.limits)


def test_lambda_writes_no_lines_of_its_own_for_what_goes_well() -> None:
    for name, function in stack().functions.items():
        assert function["LoggingConfig"]["SystemLogLevel"] == "WARN", name


def test_a_day_of_a_flood_stays_within_what_it_may_cost() -> None:
    costs = dict(days(TEMPLATE))

    assert TEMPLATE.limits[INTAKE] >= 300
    assert costs[INTAKE] <= 60
    # The console brought pages that browsers ask for without a key: 10 dollars more.
    assert sum(costs.values()) <= 160


def test_the_table_of_the_security_page_is_what_all_this_comes_to() -> None:
    written = [line for line in SECURITY.splitlines() if line.startswith(("| `", "| **all**"))]
    reckoned = [line for line in (*table(TEMPLATE), *table_behind()) if line.startswith(("| `", "| **"))]
    assert [line for line in written if "$" in line] == reckoned, "python -m benchmarks.floods writes both tables"


def test_the_docs_state_what_a_flood_of_routes_with_a_key_costs() -> None:
    keyed = set(stack().routes()) - set(TEMPLATE.limits)
    rate = TEMPLATE.default
    cost = sum(rate * 86_400 * KEYED.dollars(TEMPLATE.access_line(route)) for route in keyed)
    match = re.search(r"(\d+) routes need a key.*?\$(\d+\.\d\d) a day each, \$(\d+) for all", SECURITY, re.DOTALL)

    assert match
    assert match.groups() == (str(len(keyed)), f"{cost / len(keyed):.2f}", str(round(cost)))
