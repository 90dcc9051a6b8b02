"""A key that is pasted where it does not belong comes back in no refusal, and no log keeps it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from earshot.api.all_paths import PATHS
from tests.e2e.cli_runner import earshot
from tests.e2e.log_privacy import leaks
from tests.e2e.survey_client import Survey, new_id, now, physical, settle

if TYPE_CHECKING:
    # The fixture's type; the module itself is loaded by pytest.
    from tests.e2e.conftest import Reply, Stack

# Where a query and a body have room for a key; KEY is a name that nobody knows.
QUERIES = {
    "/v1/nps": "surveys window as_of basis",
    "/v1/trend": "surveys window from to",
    "/v1/surveys/{survey}/nps": "window as_of segment basis KEY",
    "/v1/surveys/{survey}/breakdown": "by window as_of basis KEY",
    "/v1/surveys/{survey}/trend": "window from to segment basis KEY",
    "/v1/surveys/{survey}/counts": "from to segment",
    "/v1/surveys/{survey}/quality": "from to",
    "/v1/surveys/{survey}/funnel": "from to",
    "/v1/surveys/{survey}/responses": "from to segment cursor limit min_score excluded KEY",
    "/v1/people": "limit cursor KEY",
    "/v1/people/nobody/export": "cursor",
    "/v1/deliveries": "destination survey response state cursor KEY",
}
BODIES = {
    "PUT /v1/surveys/{survey}": "id timezone state kind rules brand alerts target bands KEY",
    "PATCH /v1/surveys/{survey}": "segments widget KEY",
    "POST /v1/surveys/{survey}/responses": "id score token responded_at announce properties KEY",
    "PATCH /v1/surveys/{survey}/responses/{response}": "score excluded KEY",
    "PUT /v1/surveys/{survey}/campaigns/autumn": "segment from KEY",
    "POST /v1/surveys/{survey}/invitations": "invitations KEY",
    "POST /v1/people": "people KEY",
    "POST /v1/people/search": "email id_prefix name_prefix limit cursor KEY",
    "PUT /v1/people/nobody": "id email locale timezone properties KEY",
    "POST /v1/destinations": "kind name settings credentials include contact state KEY",
    "PATCH /v1/destinations/owner": "name settings credentials revision KEY",
    "POST /v1/destinations/owner/replay": "since KEY",
    "POST /v1/surveys/{survey}/alert-rules": "when at_most words where destinations muted_until KEY",
    "POST /v1/surveys/{survey}/alert-rules/try": "when destinations KEY",
    "PATCH /v1/surveys/{survey}/alert-rules/default": "words revision KEY",
    "POST /v1/keys": "scopes KEY",
}


def test_a_pasted_key_is_in_no_reply_and_no_log(stack: "Stack") -> None:
    began, survey = now(), Survey(stack)
    made = stack.call("POST", "/v1/keys", {"name": "pasted", "scopes": ["scores:read"]}).body
    key, secret = made["key"], made["key"].split("_")[2]
    names = {"survey": survey.id, "response": new_id(), "person": "nobody", "campaign": "none", "invitation": new_id()}
    names |= {"import": "none", "destination": "none", "rule": "none", "delivery": "none", "property": "plan"}
    names |= {"member": "none", "session": "none"}

    replies = {f"{method} {path}": stack.call(method, path) for method, path in paths(key, names)}
    for path, parameters in QUERIES.items():
        for name in parameters.split():
            asked = f"{path.format_map(names)}?{key if name == 'KEY' else name}={key}"
            replies[f"{path}?{name}"] = stack.call("GET", asked)
    for path, fields in BODIES.items():
        method, where = path.format_map(names).split(" ")
        for name in fields.split():
            replies[f"{path} {name}"] = stack.call(method, where, {key if name == "KEY" else name: key})
    for header in ("Token {}", "Bearer {}0", "Bearer {} {}", "Bearer EARSHOT_API_KEY={}"):
        replies[header] = stack.call("GET", "/v1/surveys", key=False, authorization=header.replace("{}", key))
    replies["origin"] = stack.call("GET", f"{survey.path}/widget", key=False, origin=f"https://{key}.example")
    replies["correlation"] = stack.call("GET", "/v1/surveys", x_correlation_id=key)
    settle(stack)

    assert [where for where, response in replies.items() if secret in text_of(response)] == []
    assert [where for where, response in replies.items() if response.status >= 500] == []
    assert leaks([secret], (stack.local_dir / "engine.log").read_text(errors="replace")) == []
    group = physical(stack, "LogGroup")
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, startTime=began)
    messages = [event["message"] for page in pages for event in page["events"]]
    assert messages
    assert [message for message in messages if secret in message] == []


def test_a_whole_key_is_revoked_without_its_secret_on_the_way(stack: "Stack") -> None:
    made: dict[str, Any] = stack.call("POST", "/v1/keys", {"name": "pasted", "scopes": ["surveys:read"]}).body
    assert stack.call("GET", "/v1/surveys", key=made["key"]).status == 200

    done = earshot(stack, "key", "revoke", made["key"])

    assert (done.returncode, done.stdout) == (0, f"Key {made['id']} is revoked.\n"), done.stderr
    assert stack.call("GET", "/v1/surveys", key=made["key"]).status == 401
    # The engine's own lines, which name every path that was called, are searched too.
    assert made["key"].split("_")[2] not in (stack.local_dir / "engine.log").read_text(errors="replace")


def paths(key: str, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Return every path of the API with the key in each place where a path holds something."""
    yield from (("GET", f"/{key}"), ("GET", f"/v1/{key}"))
    for template, methods in PATHS.items():
        for place in re.findall(r"{(\w+)}", template):
            filled = template.format_map({**names, place: key})
            yield from ((method, filled) for method in methods)


def text_of(reply: "Reply") -> str:
    """Everything that came back."""
    return f"{reply.headers} {reply.raw.decode(errors='replace')}"
