"""People on the deployed stack: kept, exported, erased, and never brought back."""

import csv
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from tests.e2e.cli_runner import earshot
from tests.e2e.invitation_client import a_survey, an_address, ask, eventually, mail_to, score, send_form, visit
from tests.e2e.survey_client import Survey, settle

if TYPE_CHECKING:
    # The fixture's type; the module itself is loaded by pytest.
    from tests.e2e.conftest import Stack

SURVEY = "/v1/surveys/people-journey"
# An id with letters that must be escaped in a path.
ANN = "Änn 1#2;3@x"


def test_a_person_is_kept_responds_is_erased_and_stays_erased(stack: "Stack") -> None:
    person, again = f"/v1/people/{quote(ANN, safe='')}", f"?id={quote(ANN, safe='')}"
    fields: dict[str, Any] = {"id": ANN, "email": "Ann@People-Journey.example.com", "properties": {"plan": "pro"}}
    fields["timezone"] = "Europe/Berlin"
    assert stack.call("PUT", person, fields).status == 201
    known = stack.call("GET", person).body
    assert (known["id"], known["suppression"]) == (ANN, None)
    assert stack.call("GET", person + "/invitations").body == {"person": ANN, "invitations": []}
    assert stack.call("GET", "/v1/people/nobody/invitations").status == 404
    assert stack.call("DELETE", person + "/suppression" + again).status == 204
    stack.call("PUT", SURVEY, {"name": "People", "segments": ["plan"]})
    respond(stack, 3, "019a9c4e-0000-7000-8000-00000000000a")
    wait_for(stack, 1)
    (exported,) = stack.call("GET", person + "/export").body["responses"]
    assert (exported["survey"], exported["comment"]) == ("people-journey", "Ann was here")

    erased = stack.call("DELETE", person + again)
    assert (erased.status, erased.body["responses"], erased.body["remaining"]) == (200, 1, 0)
    respond(stack, 9, "019a9c4e-0000-7000-8000-00000000000b")
    respond(stack, 3, "019a9c4e-0000-7000-8000-00000000000a")
    wait_for(stack, 2)

    listed = stack.call("GET", SURVEY + "/responses").body["responses"]
    assert {(row["score"], row["person"], row["comment"]) for row in listed} == {(3, None, None), (9, None, None)}
    assert stack.call("GET", SURVEY + "/nps?window=all&segment=plan=pro").body["responses"] == 2
    assert stack.call("GET", person).status == 404
    assert stack.call("PUT", person, fields).status == 409
    assert stack.call("DELETE", person + "/suppression" + again).status == 404
    again = stack.call("POST", "/v1/people", {"people": [{"email": "ann@people-journey.example.com"}]}).body["people"]
    assert [one["outcome"] for one in again] == ["erased"]
    assert "ann" not in kept(stack)


def test_an_erasure_is_proven_and_the_funnel_stays(stack: "Stack") -> None:
    survey, address, person = a_survey(stack, rules={"reminders": []}), an_address("ida"), f"ida-{uuid4().hex[:8]}"
    assert ask(stack, survey, {"id": person, "email": address, "name": f"Ida {person}"})["outcome"] == "scheduled"
    mail = mail_to(stack, address)
    assert send_form(stack, mail.respond, score=3, comment=f"It is me, {person}").status == 200
    eventually(lambda: score(stack, survey), lambda result: result["responses"] == 1)
    settle(stack)
    before = stack.call("GET", f"/v1/surveys/{survey}/funnel").body
    assert before["total"]["responded"] == before["total"]["commented"] == 1
    assert stack.call("DELETE", f"/v1/people/not-{person}?id=not-{person}").status == 404
    assert stack.call("DELETE", f"/v1/people/not-{person}?id=not-{person}&unknown=true").body["known"] is False

    done = earshot(stack, "people", "erase", person, "--yes", "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 traces in " in done.stdout
    assert "point-in-time recovery (35 days)" in done.stderr

    settle(stack)
    after = stack.call("GET", f"/v1/surveys/{survey}/funnel").body
    assert (after["total"], after["waves"]) == (before["total"], before["waves"])
    assert visit(stack, mail.respond).status == send_form(stack, mail.respond, score=9).status == 410
    assert send_form(stack, mail.unsubscribe, confirm="yes").status == 200
    left = stack.call("GET", f"/v1/people/{person}/export").body
    assert (left["person"], left["invitations"], left["responses"]) == (None, [], [])
    assert stack.call("GET", f"/v1/people/{person}/invitations").body == {"person": person, "invitations": []}
    again = earshot(stack, "people", "erase", person, "--yes", "--verify")
    assert (again.returncode, "0 traces in " in again.stdout) == (0, True), again.stdout


def test_an_employee_survey_takes_responses_and_shows_none(stack: "Stack") -> None:
    survey = Survey(stack, kind="employee", segments=["team"])
    survey.batch({"score": 2, "person": f"staff-{survey.id}", "comment": "Nobody listens"})
    settle(stack)
    for what in ("nps", "trend", "funnel", "quality", "responses", "breakdown?by=team", "counts?from=2026-01-01"):
        refused = stack.call("GET", f"{survey.path}/{what}")
        assert (refused.status, refused.body["type"]) == (409, "urn:earshot:problem:employee-survey"), what
    assert stack.call("GET", f"/v1/people/staff-{survey.id}/export").status == 409
    output = earshot(stack, "nps", survey.id)
    assert (output.returncode, "is an employee survey" in output.stderr) == (1, True)
    assert stack.call("DELETE", f"/v1/people/staff-{survey.id}?id=staff-{survey.id}").body["responses"] == 1


def respond(stack: "Stack", given: int, response: str) -> None:
    body = {"id": response, "score": given, "person": ANN, "comment": "Ann was here",
            "properties": {"plan": "pro", "mail": "ann@example.com"}, "responded_at": "2025-11-20"}  # fmt: skip
    assert stack.call("POST", SURVEY + "/responses", body).status == 202


def wait_for(stack: "Stack", responses: int) -> None:
    deadline = time.monotonic() + 30
    while stack.call("GET", SURVEY + "/nps?window=all").body["responses"] != responses:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def kept(stack: "Stack") -> str:
    """Everything the table still holds of this survey's responses and of suppressions, without the names of fields."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table(stack))
    items = [item for page in pages for item in page["Items"]]
    mine = [item for item in items if item["pk"]["S"].startswith(("R#people-journey", "X#"))]
    return repr([list(item.values()) for item in mine]).lower()


def table(stack: "Stack") -> Any:
    (name,) = stack.client("dynamodb").list_tables()["TableNames"]
    return name


def test_people_are_listed_and_found_and_their_responses_name_them(stack: "Stack") -> None:
    name, address = f"found-{uuid4().hex[:8]}", f"{uuid4().hex}@example.net"
    person = {"id": name, "email": address, "name": f"Zoë {name}", "properties": {"plan": "pro"}}
    assert stack.call("POST", "/v1/people", {"people": [person, {"id": f"{name}-2", "name": "Zoe"}]}).status == 200
    survey = Survey(stack, segments=["plan"])
    survey.batch({"score": 3, "person": name, "comment": "Too slow", "properties": {"plan": "pro"}})
    survey.counted(1)

    for words in ([address.upper()], [f"zoe {name.upper()}"], ["--id", name]):
        found = [json.loads(line) for line in _exported(stack, "people", "search", *words, "--format", "jsonl")]
        assert found[0]["id"] == name
        assert len(found) == (2 if words[0] == "--id" else 1)
    everybody = [
        json.loads(line)["id"] for line in _exported(stack, "people", "list", "--limit", "0", "--format", "jsonl")
    ]
    assert {name, f"{name}-2"} <= set(everybody)
    assert everybody == sorted(set(everybody), key=str.encode)
    (comment,) = csv.DictReader(_exported(stack, "responses", survey.id, "--format", "csv"))
    assert (comment["name"], comment["email"], comment["comment"]) == (f"Zoë {name}", address, "Too slow")
    (plan,) = csv.DictReader(_exported(stack, "nps", survey.id, "--by", "plan", "--csv"))
    assert (plan["value"], plan["nps"], plan["responses"]) == ("pro", "-100", "1")
    assert ["id", name] in [line.split() for line in _exported(stack, "people", "show", address)]
    # What is looked for stands in no line of the engine, which names every path that is called.
    assert address not in (stack.local_dir / "engine.log").read_text(errors="replace")

    assert stack.call("DELETE", f"/v1/people/{name}?id={name}").status == 200
    assert _exported(stack, "people", "search", address, "--format", "jsonl") == []
    assert stack.call("GET", f"{survey.path}/responses?expand=person").body["people"] == {}


def _exported(stack: "Stack", *words: str) -> list[str]:
    done = earshot(stack, *words)
    assert done.returncode == 0, done.stderr
    return list(done.stdout.splitlines())
