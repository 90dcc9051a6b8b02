"""What arrives behind the gateway of the deployed stack is what AWS would deliver, and never means another person."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest

from tests.e2e.cli_runner import earshot
from tests.e2e.invitation_client import a_survey
from tests.e2e.releases import release
from tests.e2e.survey_client import Survey, new_id

if TYPE_CHECKING:
    # The fixtures' types; the module itself is loaded by pytest.
    from tests.e2e.conftest import Launch, Reply, Stack

# Each must be reached by every route, or refused where somebody is created with it.
REACHED = ["a#b", "a;b", "a b", "a\\b", "😊", "Änn-世界", "a&b=c", "a:b", "a,b", "a'b\"c", "a{b}", "...", "é" * 128]
REFUSED = ["a?b", "50%", "x%41", "x%2F", "a+b", "a/b", "..", ".", " a", "a ", "a\ufffd", "a\x00b", "é" * 129]
PATHS = ("/v1/people/{}", "/v1/people/{}/export", "/v1/people/{}/invitations")


@pytest.fixture
def name() -> str:
    """A name that no other test has."""
    return f"p{uuid4().hex[:12]}"


def as_sent(person: str) -> str:
    return quote(person, safe="")


def person_of(reply: "Reply") -> str:
    """Return who a reply is about: an export has its `person` within."""
    body = reply.body
    return str(body["id"] if "id" in body else body["person"])


def sent_as_it_is(stack: "Stack", method: str, target: str, body: str = "") -> tuple[int, Any]:
    """Send a request target byte for byte, as no client would spell it; return the status and the body."""
    address = urlsplit(stack.url)
    head = [
        f"{method} {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {stack.api_key}",
        "Content-Type: application/json", f"Content-Length: {len(body.encode())}", "Connection: close",
    ]  # fmt: skip
    with socket.create_connection((address.hostname, address.port or 80), timeout=60) as line:
        line.sendall("\r\n".join([*head, "", body]).encode())
        reply = b"".join(iter(lambda: line.recv(65536), b""))
    content = reply.partition(b"\r\n\r\n")[2]
    assert b"access-control" not in reply.lower()
    return int(reply.split()[1]), json.loads(content) if content else None


@pytest.mark.parametrize("kind", REACHED)
def test_an_id_that_is_taken_is_reached_by_every_route(stack: "Stack", name: str, kind: str) -> None:
    person = kind if len(kind) > 100 else name + kind
    once, path = as_sent(person), f"/v1/people/{as_sent(person)}"
    assert stack.call("PUT", path, {"id": person, "email": f"{name}@example.com"}).status in {200, 201}
    survey = a_survey(stack)
    wish = {"invitations": [{"person": {"id": person}}]}
    (asked,) = stack.call("POST", f"/v1/surveys/{survey}/invitations", wish).body["invitations"]
    assert asked["person"] == person
    replies = [stack.call("GET", each.format(once)) for each in PATHS]
    assert [reply.status for reply in replies] == [200] * 3, [reply.body for reply in replies]
    assert [person_of(reply) for reply in replies] == [person] * 3
    release = f"invitations/{asked['id']}/release"
    # 409: its mail went out meanwhile. Nobody else has this invitation.
    assert stack.call("POST", f"{path}/{release}").status in {200, 409}
    assert stack.call("POST", f"/v1/people/{name}/{release}").status == 404
    shown = earshot(stack, "people", "show", person, "--json")
    assert (shown.returncode, json.loads(shown.stdout or "{}").get("id")) == (0, person), shown.stderr
    assert stack.call("DELETE", f"{path}/suppression?id={once}").status == 204
    assert stack.call("DELETE", f"{path}?id={once}").body["id"] == person
    assert stack.call("GET", path).status == 404


@pytest.mark.parametrize("person", REFUSED)
def test_another_id_is_refused_wherever_somebody_could_get_it(stack: "Stack", person: str) -> None:
    survey = Survey(stack)
    ways = {
        "people[0].id": ("/v1/people", {"people": [{"id": person}]}),
        "invitations[0].person.id": (f"{survey.path}/invitations", {"invitations": [{"person": {"id": person}}]}),
        "person": (f"{survey.path}/responses", {"id": new_id(), "score": 9, "person": person}),
    }
    for field, (path, body) in ways.items():
        reply = stack.call("POST", path, body)
        assert (reply.status, [fault["field"] for fault in reply.body["errors"]]) == (400, [field])
    reply = stack.call("PUT", "/v1/people/a", {"id": person})
    assert (reply.status, [fault["field"] for fault in reply.body["errors"]]) == (400, ["id"])
    assert survey.nps(window="all")["responses"] == 0


DANGEROUS = [
    # sent, and with which id: what was meant is named in the query, what would be hit in the path.
    ("DELETE", "/v1/people/{a}%3Fb", "", None),
    ("DELETE", "/v1/people/{a}%3Fb", "?id={a}%3Fb", None),
    ("DELETE", "/v1/people/{a}%3Fb/suppression", "?id={a}%3Fb", None),
    ("DELETE", "/v1/people/{a}%3F/suppression", "", None),
    ("DELETE", "/v1/people/{a}%253Fb", "?id={a}%3Fb", None),
    ("DELETE", "/v1/people/{a}%23b", "?id={a}", None),
    ("DELETE", "/v1/people/{a}", "", None),
    ("DELETE", "/v1/people/{a}", "?id=", None),
    ("DELETE", "/v1/people/{a}", "?id={a}+", None),
    ("DELETE", "/v1/people/{a}", "?id={a}&id={a}", None),
    ("DELETE", "/v1/people/{a}/suppression", "", None),
    ("DELETE", "/v1/people/{a}%2Fsuppression", "?id={a}%2Fsuppression", None),
    ("DELETE", "/v1/people/{a}%252Fsuppression", "?id={a}%252Fsuppression", None),
    ("DELETE", "/v1/people/{a}#b", "?id={a}", None),
    ("DELETE", "/v1/people/{a}?id={a}#b", "", None),
    ("DELETE", "/v1/people/{a}%", "?id={a}", None),
    ("DELETE", "/v1/people/{a}%25", "?id={a}%25", None),
    ("DELETE", "/v1/people/x%2F..%2F{a}", "?id={a}", None),
    ("DELETE", "//v1/people/{a}", "?id={a}", None),
    ("PUT", "/v1/people/{a}%3Fb", "", {"email": "stolen@example.com"}),
    ("PUT", "/v1/people/{a}%3Fb", "", {"id": "{a}?b", "email": "stolen@example.com"}),
    ("PUT", "/v1/people/{a}", "?id={a}", {"email": "stolen@example.com"}),
]


@pytest.mark.parametrize(("method", "path", "query", "body"), DANGEROUS)
def test_what_meant_another_id_changes_nobody(
    stack: "Stack", name: str, method: str, path: str, query: str, body: dict[str, str] | None
) -> None:
    address = f"{name}@example.com"
    stack.call("PUT", f"/v1/people/{name}", {"id": name, "email": address})
    stack.call("POST", "/v1/suppressions", {"suppressions": [{"email": address}]})
    before = stack.call("GET", f"/v1/people/{name}").body
    assert before["suppression"]["reason"] == "unsubscribed"
    named = None if body is None else {field: value.replace("{a}", name) for field, value in body.items()}
    target = (path + query).replace("{a}", name)
    status, reply = sent_as_it_is(stack, method, target, "" if named is None else json.dumps(named))
    assert status in {400, 404}, reply
    assert stack.call("GET", f"/v1/people/{name}").body == before


def test_somebody_is_erased_who_is_named_twice(stack: "Stack", name: str) -> None:
    stack.call("PUT", f"/v1/people/{name}", {"id": name})
    assert sent_as_it_is(stack, "DELETE", f"/v1/people/{name}?id={name}")[0] == 200
    assert stack.call("GET", f"/v1/people/{name}").status == 404


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("/v1/people/50%25", 400, "Bad Request"),
        ("/v1/surveys/demo%", 400, "Bad Request"),
        ("/v1/surveys?x=" + "x" * 10_240, 431, "Request Header Fields Too Large"),
    ],
)
def test_the_gateway_refuses_in_the_words_of_aws(stack: "Stack", target: str, status: int, message: str) -> None:
    assert sent_as_it_is(stack, "GET", target) == (status, {"message": message})


def test_a_body_that_fits_into_no_function_is_refused_by_the_gateway(stack: "Stack") -> None:
    body = json.dumps({"people": "x" * (6 * 1024 * 1024)})
    assert sent_as_it_is(stack, "POST", "/v1/people", body) == (413, {"message": "Request Entity Too Large"})


def test_an_escape_within_an_escape_is_decoded_too(stack: "Stack") -> None:
    assert stack.call("GET", "/v1/surveys/%2564emo").body["id"] == "demo"
    assert stack.call("GET", "/v1/surveys/demo%3Fx/nps").body["id"] == "demo"


def test_a_function_that_fails_or_is_not_free_is_refused_in_the_words_of_aws(launch: "Launch", tmp_path: Path) -> None:
    own = launch(tmp_path / "local", EARSHOT_STRICT="concurrency=2")
    release(own, "ServeOpenapiFunction", Handler="app.no_such_handler")
    assert sent_as_it_is(own, "GET", "/v1/openapi.json") == (500, {"message": "Internal Server Error"})
    with ThreadPoolExecutor(24) as pool:
        replies = list(pool.map(lambda _: sent_as_it_is(own, "GET", "/v1/surveys"), range(96)))
    refused = [reply for status, reply in replies if status == 503]
    assert {status for status, _ in replies} == {200, 503}
    assert refused == [{"message": "Service Unavailable"}] * len(refused)


@pytest.fixture(autouse=True)
def _demo_stays(stack: "Stack") -> Iterator[None]:
    before = stack.call("GET", "/v1/surveys/demo").body
    yield
    assert stack.call("GET", "/v1/surveys/demo").body == before
