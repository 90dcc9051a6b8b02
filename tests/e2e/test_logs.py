"""One piece of work is followed by one id from the request to the CRM, and nobody's words are on the way."""

import json
import re
from typing import Any
from uuid import uuid4

from tests.e2e.bus_listener import Listener
from tests.e2e.cli_runner import earshot
from tests.e2e.conftest import Crm, Stack
from tests.e2e.invitation_client import ask, mail_to, send_form
from tests.e2e.log_privacy import function_lines, leaks
from tests.e2e.survey_client import Survey, new_id, now, physical, settle, until


def lines_about(stack: Stack, correlation: str) -> list[tuple[str, Any]]:
    """Return the functions that name a correlation id in a line, each with the line."""
    log = (stack.local_dir / "engine.log").read_text(errors="replace")
    return [(folder(name), json.loads(line)) for name, line in function_lines(log) if correlation in line]


def folder(physical_name: str) -> str:
    """Name the function in the template behind its name in the engine."""
    (word,) = re.findall(r"-(\w+)Function-", physical_name)
    return str(word)


def test_one_response_is_followed_from_its_request_to_the_crm(stack: Stack, crm: Crm, published: Listener) -> None:
    survey, sent = Survey(stack), new_id()
    reply = survey.post(2, id=sent, comment="Followed all the way.")
    correlation = reply.headers["x-correlation-id"]
    got = crm.wait_for(lambda delivery: delivery.data["response"] == sent)
    event = published.wait_for(survey.id, "DetractorIdentified")

    assert got.headers["x-correlation-id"] == correlation
    assert event["detail"]["metadata"]["correlation_id"] == correlation
    way = {"SubmitResponse", "RecordResponses", "PublishEvents", "EvaluateAlerts", "SyncCrm"}
    until(lambda: {function for function, _ in lines_about(stack, correlation)}, lambda seen: way <= seen)
    for function, line in lines_about(stack, correlation):
        assert correlation in (line.get("correlation_id"), *line.get("correlation_ids", ())), function
        assert line["function"] == function


def test_a_refusal_names_the_request_that_the_log_knows_it_by(stack: Stack) -> None:
    reply = Survey(stack).post(11)
    correlation = reply.headers["x-correlation-id"]

    assert reply.body["instance"] == f"urn:earshot:request:{correlation}"
    ((function, line),) = until(lambda: lines_about(stack, correlation), lambda seen: len(seen) == 1)
    assert (function, line["status"]) == ("SubmitResponse", 400)


def test_an_invitation_is_followed_from_its_request_to_the_mail(stack: Stack) -> None:
    survey, address = Survey(stack, rules={"sending_hours": [0, 24]}), f"followed-{uuid4().hex[:8]}@example.net"
    asked = stack.call("POST", f"{survey.path}/invitations", {"invitations": [{"person": {"email": address}}]})
    mail_to(stack, address)
    correlation = asked.headers["x-correlation-id"]

    way = {"RequestInvitations", "SendEmails", "CountFunnel", "PublishEvents"}
    until(lambda: {function for function, _ in lines_about(stack, correlation)}, lambda seen: way <= seen)


def test_who_read_and_erased_a_person_is_found_in_the_audit_log(stack: Stack) -> None:
    person = f"audited-{uuid4().hex[:8]}"
    made = stack.call("POST", "/v1/keys", {"name": "one", "scopes": ["people:read"]})
    stack.call("PUT", f"/v1/people/{person}", {"id": person, "email": f"{person}@example.net"})
    stack.call("GET", f"/v1/people/{person}/export", key=made.body["key"])
    assert stack.call("DELETE", f"/v1/people/{person}?id={person}", key=made.body["key"]).status == 403
    stack.call("DELETE", f"/v1/people/{person}?id={person}")
    stack.call("DELETE", f"/v1/keys/{made.body['id']}")

    def lines(*words: str) -> list[dict[str, Any]]:
        listed = earshot(stack, "audit-log", "--format", "jsonl", "--limit", "0", *words)
        assert listed.returncode == 0, listed.stderr
        return [json.loads(line) for line in listed.stdout.splitlines()]

    about = until(lambda: lines("--person", person), lambda seen: len(seen) == 3)
    assert [row["action"] for row in about] == ["write a person", "export a person", "erase a person"]
    assert about[1]["key"] == made.body["id"] != about[2]["key"]
    refused = lines("--key", made.body["id"], "--action", "erase")
    assert [(row["status"], row["object"]) for row in refused] == [(403, {})]
    (revoked,) = [row for row in lines("--action", "revoke") if row["object"] == {"key": made.body["id"]}]
    assert revoked["key"] == about[2]["key"]
    assert [row["object"] for row in lines("--action", "make a key") if row["object"].get("made") == made.body["id"]]


def test_what_the_functions_count_stands_in_their_output_as_cloudwatch_reads_it(stack: Stack, crm: Crm) -> None:
    survey, sent = Survey(stack), new_id()
    survey.send(1, id=sent)
    crm.wait_for(lambda delivery: delivery.data["response"] == sent)
    settle(stack)
    found = [
        (folder(name), json.loads(line))
        for name, line in function_lines((stack.local_dir / "engine.log").read_text(errors="replace"))
        if line.startswith('{"function"')
    ]
    seen = {(function, name) for function, line in found for name in line if name[0].isupper()}

    assert {
        ("SubmitResponse", "ResponsesAccepted"),
        ("RecordResponses", "ResponsesRecorded"),
        ("PublishEvents", "EventsPublished"),
        ("SyncCrm", "AlertsDelivered"),
        ("SyncCrm", "SecondsToDeliver"),
    } <= seen
    for function, line in found:
        assert line["function"] == function


def test_nobodys_words_are_in_a_log_whatever_way_they_come_and_however_broken(stack: Stack) -> None:
    began, canary = now(), f"canary{uuid4().hex[:12]}"
    fields = {"comment": f"{canary} said so", "person": f"{canary}-id", "properties": {canary: f"{canary} value"}}
    survey = Survey(stack, segments=[canary], rules={"sending_hours": [0, 24]})
    response = new_id()
    survey.post_with_key(id=response, score=2, channel=canary, **fields)
    survey.post(11, **fields)
    survey.post_with_key(responses=[{"score": canary, **fields}], announce=canary)
    survey.queue(f"{canary} is no JSON", json.dumps({"version": 1, "submissions": [{"comment": canary}]}))
    survey.recorded(response)
    survey.correct(response, comment=f"{canary} corrected")
    stack.call("PATCH", f"{survey.path}/responses/{response}", {"comment": 5, canary: canary})
    person = {"email": f"{canary}@example.net", "name": f"{canary} Onymous", "account": canary}
    ask(stack, survey.id, person, properties={"plan": canary})
    stack.call("POST", "/v1/people", {"people": [{**person, "email": f"{canary} is no address"}]})
    stack.call("GET", f"/v1/people/{canary}%20nobody/export?cursor={canary}")
    mail = mail_to(stack, person["email"])
    send_form(stack, mail.respond, score=1, comment=f"{canary} on the page")
    send_form(stack, mail.unsubscribe, confirm="yes")
    reached = {"survey": survey.id, "person": {**person, "email": f"{canary}.too@example.net"}}
    entry = {"EventBusName": "earshot", "Source": "shop", "DetailType": "TouchpointReached"}
    stack.client("events").put_events(Entries=[entry | {"Detail": json.dumps(reached)}])
    mail_to(stack, f"{canary}.too@example.net")
    survey.erase(response)
    settle(stack)

    assert leaks([canary], (stack.local_dir / "engine.log").read_text(errors="replace")) == []
    group = physical(stack, "LogGroup")
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, startTime=began)
    messages = [event["message"] for page in pages for event in page["events"]]
    assert len(messages) > 10
    assert [message for message in messages if canary in message] == []
