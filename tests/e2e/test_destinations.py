"""A detractor on the deployed stack: to each destination once, also if one was away, and deleted with the person."""

from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.e2e.conftest import Crm, Stack
from tests.e2e.iam_walk_triggers import send_task
from tests.e2e.invitation_client import mails_to
from tests.e2e.survey_client import Survey, new_id, settle, until
from tests.fakes.hubspot_stub import TOKEN as HUBSPOT_TOKEN
from tests.fakes.hubspot_stub import HubSpotStub
from tests.fakes.slack_stub import CHANNEL, SlackStub
from tests.fakes.slack_stub import TOKEN as SLACK_TOKEN


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


@pytest.fixture
def places(stack: Stack, other_crm: Crm, slack: SlackStub) -> dict[str, Any]:
    """A webhook, HubSpot and a channel of Slack, which may have the person and the comment."""
    settings: dict[str, dict[str, Any]] = {
        "webhook": {"settings": {"url": other_crm.url}},
        "hubspot": {"settings": {"object": "ticket"}, "credentials": {"access_token": HUBSPOT_TOKEN}},
        "slack": {"settings": {"channel": CHANNEL}, "credentials": {"bot_token": SLACK_TOKEN}},
    }
    whole = {"include": ["person", "comment"]}
    return {
        kind: made(stack, "/v1/destinations", {"kind": kind, "name": kind, **whole, **given})
        for kind, given in settings.items()
    }


def test_a_detractor_reaches_everybody_once_and_leaves_with_the_person(
    stack: Stack, other_crm: Crm, slack: SlackStub, hubspot: HubSpotStub, places: dict[str, Any]
) -> None:
    owner, address = f"lead-{new_id()}@example.com", f"ann-{new_id()}@example.com"
    survey = Survey(stack, owner=owner)
    person, response = f"ann-{survey.id}", new_id()
    ids = {kind: place["id"] for kind, place in places.items()}
    # Next to the default rule, which reaches the owner.
    made(stack, f"{survey.path}/alert-rules", {"when": "score", "at_most": 3, "destinations": list(ids.values())})
    assert stack.call("PUT", f"/v1/people/{person}", {"id": person, "email": address, "name": "Ann"}).status == 201

    # One is down, and the reply of another is lost after it was written.
    other_crm.refuse, slack.faults = 503, ["lost"]
    survey.post_with_key(id=response, score=2, comment="It rains in", person=person)
    until(lambda: len(other_crm.refused), lambda found: found >= 1)
    mail = until(lambda: mails_to(stack, owner), lambda found: len(found) == 1)[0]
    assert "It rains in" in mail.text
    other_crm.refuse = None

    def became() -> dict[str, str]:
        page = stack.call("GET", f"/v1/deliveries?survey={survey.id}&response={response}").body["deliveries"]
        return {each["destination"]: each["state"] for each in page}

    until(became, lambda found: found == dict.fromkeys([*ids.values(), "owner", "crm"], "delivered"), seconds=120)
    (got,) = other_crm.deliveries
    assert Webhook(places["webhook"]["secret"]).verify(got.raw, got.headers) == got.body
    assert (got.data["response"], got.data["person"]["email"]) == (response, address)
    contact, tickets = of_contact(hubspot, address), of_response(hubspot, survey.id, response)
    assert (contact["nps_score"], contact["nps_comment"]) == ("2", "It rains in")
    assert [ticket["subject"] for ticket in tickets] == ["Detractor: 2 of 10"]
    assert len(of_channel(slack, "It rains in")) == 1

    erased = stack.call("DELETE", f"/v1/people/{person}?id={person}").body
    states = {each["destination"]: each["state"] for each in erased["elsewhere"]}
    requested = {ids["slack"]: "requested", ids["hubspot"]: "requested"}
    assert states == dict.fromkeys([ids["webhook"], "owner", "crm"], "impossible") | requested
    # The schedule rings every five minutes.
    send_task(stack, "PlanQueue", {"all_shards": True})
    report = until(
        lambda: stack.call("GET", f"/v1/people/{person}/erasure").body["elsewhere"],
        lambda found: "requested" not in {each["state"] for each in found},
    )
    assert {each["destination"]: each["state"] for each in report} == states | dict.fromkeys(requested, "deleted")
    assert of_channel(slack, "It rains in") == of_response(hubspot, survey.id, response) == []
    assert set(of_contact(hubspot, address)) == {"email"}
    for each in report:
        if each["delivery"]:
            deletion = stack.call("GET", f"/v1/deliveries/{each['delivery']}").body
            assert (deletion["type"], deletion["state"], deletion["vendor_id"]) == (
                "delivery.deletion",
                "delivered",
                None,
            )


def of_contact(hubspot: HubSpotStub, address: str) -> dict[str, str]:
    (found,) = (row.properties for row in hubspot.rows["contacts"].values() if row.properties.get("email") == address)
    return found


def of_response(hubspot: HubSpotStub, survey: str, response: str) -> list[dict[str, str]]:
    rows = hubspot.rows["tickets"].values()
    return [row.properties for row in rows if row.properties.get("earshot_response") == f"{survey}:{response}"]


def of_channel(slack: SlackStub, comment: str) -> list[dict[str, Any]]:
    return [message for message in slack.messages if comment in repr(message)]
