"""Webhooks that ask hear of each change of a case on the deployed stack, but not of what they reported themselves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from earshot.domain.message_types import OF_CASES
from tests.e2e.conftest import Crm, Stack, listening_crm
from tests.e2e.survey_client import Survey, new_id, settle, until
from tests.integration.test_webhook_contracts import faults


@dataclass
class Hook:
    """A webhook that asks for changes of cases, with what its receiver got."""

    stack: Stack
    made: Any
    receiver: Crm

    def got(self, case: str) -> list[tuple[str, Any]]:
        """Return type and data of what it got of a case, each signed and as its contract says."""
        found = []
        for delivery in list(self.receiver.deliveries):
            body = Webhook(self.made["secret"]).verify(delivery.raw, delivery.headers)
            assert faults(body["type"], body) == []
            found.append((body["type"], body["data"]))
        return [(kind, data) for kind, data in found if data["case"] == case]

    def gets(self, case: str, *kinds: str) -> list[Any]:
        """Return the data of these types, once it got them, and no others."""
        found = until(lambda: self.got(case), lambda found: len(found) >= len(kinds))
        assert sorted(kind for kind, _ in found) == sorted(kinds)
        return [next(data for kind, data in found if kind == wanted) for wanted in kinds]

    def reports(self, case: str, state: str) -> None:
        """Sign a call that changes the case, and send it."""
        raw, name, at = json.dumps({"case": case, "state": state}), f"call-{new_id()}", datetime.now(UTC)
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self.made["inbound_secret"]).sign(name, at, raw),
        }
        path = f"/v1/inbound/{self.made['id']}"
        assert self.stack.call("POST", path, key=False, raw=raw.encode(), **headers).status == 202

    @property
    def path(self) -> str:
        return f"/v1/destinations/{self.made['id']}"


@pytest.fixture
def hooks(stack: Stack) -> Iterator[list[Hook]]:
    """Two systems that work on cases."""
    with listening_crm() as first, listening_crm() as second:
        made = []
        for name, receiver in (("Desk", first), ("Board", second)):
            settings = {"url": receiver.url, "types": list(OF_CASES.values())}
            body = {"kind": "webhook", "name": name, "settings": settings, "inbound": True}
            reply = stack.call("POST", "/v1/destinations", body)
            assert reply.status == 201, reply.raw
            made.append(Hook(stack, reply.body, receiver))
        yield made
        settle(stack)
        for hook in made:
            assert stack.call("DELETE", hook.path).status == 204


def test_webhooks_follow_a_case_and_who_closed_it_does_not_hear_of_that(stack: Stack, hooks: list[Hook]) -> None:
    desk, board = hooks
    survey = Survey(stack)
    survey.post_with_key(id=new_id(), score=1, comment="It rains in", person=f"ann-{survey.id}")
    (case,) = until(lambda: stack.call("GET", f"/v1/cases?survey={survey.id}").body["cases"], bool)
    for hook in hooks:
        (opened,) = hook.gets(case["id"], "case.opened")
        assert (opened["survey"], opened["state"], opened["score"]) == (survey.id, "open", 1)
    revision = stack.call("GET", f"/v1/cases/{case['id']}").body["revision"]
    rang = {"revision": revision, "kind": "contacted", "note": "Rang her."}
    assert stack.call("POST", f"/v1/cases/{case['id']}/facts", rang).status == 201
    for hook in hooks:
        _, changed = hook.gets(case["id"], "case.opened", "case.changed")
        assert (changed["state"], changed["revision"]) == ("contacted", revision + 1)
    # What is so already changes nothing, and the note on it is sent to nobody.
    desk.reports(case["id"], "contacted")
    desk.reports(case["id"], "resolved")
    *_, closed = board.gets(case["id"], "case.opened", "case.changed", "case.closed")
    assert (closed["state"], closed["actor"]) == ("resolved", f"destination:{desk.made['id']}")
    settle(stack)
    desk.gets(case["id"], "case.opened", "case.changed")
    texts = "".join(delivery.raw.decode() for hook in hooks for delivery in hook.receiver.deliveries)
    assert [word for word in ("Rang", "rains", "ann-") if word in texts] == []


def test_a_change_that_a_webhook_refused_is_parked_and_comes_when_it_is_redriven(
    stack: Stack, hooks: list[Hook]
) -> None:
    _, board = hooks
    board.receiver.refuse = 400
    survey, person = Survey(stack), f"ann-{new_id()}"
    assert stack.call("PUT", f"/v1/people/{person}", {"id": person}).status == 201
    made = stack.call("POST", "/v1/cases", {"survey": survey.id, "person": person})
    assert made.status == 201, made.raw
    path = f"/v1/deliveries?destination={board.made['id']}&survey={survey.id}"
    (parked,) = until(
        lambda: stack.call("GET", path).body["deliveries"],
        lambda found: [each["state"] for each in found] == ["parked"],
    )
    assert (parked["type"], parked["case"], parked["response"]) == ("case.opened", made.body["id"], None)
    board.receiver.refuse = None
    assert stack.call("POST", f"{board.path}/redrive").status == 200
    (opened,) = board.gets(made.body["id"], "case.opened")
    assert opened["rule"] is None
