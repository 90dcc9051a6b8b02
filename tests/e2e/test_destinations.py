"""A detractor on the deployed stack: to a signed webhook and to the owner, once, also if the webhook was away."""

from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.e2e.conftest import Crm, Stack
from tests.e2e.invitation_client import mails_to
from tests.e2e.survey_client import Survey, new_id, settle, until


def made(stack: Stack, path: str, body: dict[str, Any]) -> Any:
    reply = stack.call("POST", path, body)
    assert reply.status == 201, reply.body
    return reply.body


def states(stack: Stack, survey: Survey, destination: str) -> dict[str, str]:
    """Return what became of the deliveries to a destination, by their response; None for one that was erased."""
    page = stack.call("GET", f"/v1/deliveries?destination={destination}&survey={survey.id}").body
    return {each["response"]: each["state"] for each in page["deliveries"]}


def test_a_detractor_reaches_a_webhook_and_the_owner_once_also_after_it_was_away(stack: Stack, other_crm: Crm) -> None:
    owner = f"lead-{new_id()}@example.com"
    survey = Survey(stack, owner=owner)
    hook = made(
        stack,
        "/v1/destinations",
        {"kind": "webhook", "name": "Desk", "settings": {"url": other_crm.url}, "include": ["person", "comment"]},
    )
    rule = {"when": "score", "at_most": 3, "destinations": [hook["id"], "owner"]}
    made(stack, f"{survey.path}/alert-rules", rule)
    person = f"ann-{survey.id}"
    other_crm.refuse = 503
    first = new_id()
    survey.post_with_key(id=first, score=2, comment="It rains in", person=person)
    until(lambda: len(other_crm.refused), lambda found: found >= 1)
    assert states(stack, survey, hook["id"]) == {first: "waiting"}
    # The owner does not wait for the webhook.
    until(lambda: mails_to(stack, owner), lambda found: len(found) >= 1)

    other_crm.refuse = None
    got = other_crm.wait_for(lambda delivery: delivery.data["response"] == first, seconds=90)
    assert Webhook(hook["secret"]).verify(got.raw, got.headers) == got.body
    assert (got.body["type"], got.data["comment"], got.data["person"]["id"]) == (
        "response.matched",
        "It rains in",
        person,
    )
    assert {each.headers["webhook-id"] for each in other_crm.refused} == {got.headers["webhook-id"]}
    until(lambda: states(stack, survey, hook["id"]), lambda found: found == {first: "delivered"})
    settle(stack)
    assert len(other_crm.deliveries) == 1

    other_crm.refuse = 404
    second = new_id()
    survey.post_with_key(id=second, score=1, comment="It still rains in", person=person)
    until(lambda: states(stack, survey, hook["id"]), lambda found: found.get(second) == "parked")
    erased = stack.call("DELETE", f"/v1/people/{person}?id={person}&unknown=true").body
    assert erased["remaining"] == 0
    elsewhere = {each["destination"]: (each["kind"], each["state"]) for each in erased["elsewhere"]}
    assert elsewhere[hook["id"]] == ("webhook", "impossible")
    assert elsewhere["owner"] == ("email", "impossible")
    page = stack.call("GET", f"/v1/deliveries?destination={hook['id']}&survey={survey.id}").body["deliveries"]
    assert sorted((each["state"], each["response"]) for each in page) == [("delivered", None), ("withdrawn", None)]

    other_crm.refuse = None
    assert stack.call("POST", f"/v1/destinations/{hook['id']}/redrive").body == {"deliveries": 0}
    settle(stack)
    assert len(other_crm.deliveries) == 1
