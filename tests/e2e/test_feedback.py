"""A mail comes back: SES's event suppresses the address, stops what waits for it, and the next wish is declined."""

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from earshot.adapters.ses_tags import tags_of
from earshot.domain.email_feedback import Origin
from tests.aws_events import load_event
from tests.e2e.invitation_client import a_survey, an_address, ask, eventually, mail_to
from tests.e2e.survey_client import depth, physical
from tests.e2e.test_asking import command

SET = "ses:configuration-set"

if TYPE_CHECKING:
    from tests.e2e.bus_listener import Listener
    from tests.e2e.conftest import Stack


def send_event(stack: "Stack", detail_type: str, detail: dict[str, Any]) -> None:
    """Do what EventBridge does with an event of SES, since nobody else may put one on a bus, here as on AWS.

    The deployed rule is asked whether it wants the event, and where it leads.
    """
    events, name = stack.client("events"), physical(stack, "FeedbackRule").rpartition("|")[2]
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": "000000000000",
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }
    rule = events.describe_rule(Name=name)
    assert rule["EventBusName"] == "default"
    assert is_taken(stack, event)
    (target,) = events.list_targets_by_rule(Rule=name)["Targets"]
    url = stack.client("sqs").get_queue_url(QueueName=target["Arn"].rpartition(":")[2])["QueueUrl"]
    stack.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(event))


def is_taken(stack: "Stack", event: dict[str, Any]) -> bool:
    """Ask the deployed rule whether it wants an event."""
    events, name = stack.client("events"), physical(stack, "FeedbackRule").rpartition("|")[2]
    pattern = events.describe_rule(Name=name)["EventPattern"]
    return bool(events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"])


def test_a_report_on_another_systems_mail_is_not_taken(stack: "Stack") -> None:
    """It comes on the same bus: the account sends for others, too, and for other stages."""
    sample = json.loads(load_event("receive_feedback/permanent_bounce")["Records"][0]["body"])
    assert is_taken(stack, sample)
    tags = sample["detail"]["mail"]["tags"]
    for others in ({}, {SET: ["shop-mails"]}, {SET: ["earshot-dev-mails"]}):
        sample["detail"]["mail"]["tags"] = {**tags, SET: [], **others} if others else {}
        assert not is_taken(stack, sample)


def mail(address: str, origin: Origin | None, message: str) -> dict[str, Any]:
    tags = {name: [value] for name, value in tags_of(origin).items()} if origin else {}
    tags[SET] = ["earshot-mails"]
    return {"timestamp": now(), "messageId": message, "destination": [address], "tags": tags}


def bounce(stack: "Stack", address: str, origin: Origin | None, kind: str = "Permanent", message: str = "m") -> None:
    reported = {
        "bounceType": kind,
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": address}],
        "timestamp": now(),
    }
    send_event(
        stack, "Email Bounced", {"eventType": "Bounce", "mail": mail(address, origin, message), "bounce": reported}
    )


def now() -> str:
    return datetime.now(UTC).isoformat()


def a_person(stack: "Stack") -> tuple[dict[str, Any], str]:
    person = {"id": f"crm:{uuid.uuid4().hex[:10]}", "email": an_address()}
    return person, person["email"]


def suppressed(stack: "Stack", person: str) -> Any:
    return (stack.call("GET", f"/v1/people/{person}").body.get("suppression") or {}).get("reason")


def kept(stack: "Stack", person: str, invitation: str) -> dict[str, Any]:
    """The invitation as the table has it."""
    key = {"pk": {"S": f"P#{person}"}, "sk": {"S": f"I#{invitation}"}}
    table = physical(stack, "Table")
    return dict(stack.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"])


def test_a_bounce_suppresses_and_the_next_survey_does_not_ask(stack: "Stack", published: "Listener") -> None:
    survey, (person, address) = a_survey(stack), a_person(stack)
    asked = ask(stack, survey, person)
    mail_to(stack, address)
    heard = len([event for event in published.all() if event["detail-type"] == "RespondentSuppressed"])

    for _ in range(2):
        bounce(stack, address, Origin(person["id"], asked["id"], 1))
    eventually(lambda: suppressed(stack, person["id"]), lambda reason: reason == "bounced")

    again = ask(stack, a_survey(stack), person)
    assert (again["outcome"], again["reason"]) == ("declined", "suppressed")
    assert "the address is suppressed" in command(stack, "why", person["id"])
    eventually(lambda: kept(stack, person["id"], asked["id"]).get("stopped"), lambda why: why == {"S": "bounced"})
    assert kept(stack, person["id"], asked["id"])["delivery_events"] == {"SS": ["bounced#1"]}
    events = eventually(
        lambda: [event for event in published.all() if event["detail-type"] == "RespondentSuppressed"],
        lambda events: len(events) > heard,
    )
    assert events[-1]["detail"]["data"]["reason"] == "bounced"
    assert address not in json.dumps(events)


def test_a_bounce_of_an_unknown_message_suppresses_its_recipient(stack: "Stack") -> None:
    person, address = a_person(stack)
    assert stack.call("PUT", f"/v1/people/{person['id']}", {"id": person["id"], "email": address}).status == 201
    bounce(stack, address, None)
    eventually(lambda: suppressed(stack, person["id"]), lambda reason: reason == "bounced")
    decided = ask(stack, a_survey(stack), person)
    assert (decided["outcome"], decided["reason"]) == ("declined", "suppressed")


def test_unreadable_messages_become_dead_letters(stack: "Stack") -> None:
    sqs, url = stack.client("sqs"), physical(stack, "FeedbackQueue")
    before = depth(stack, "FeedbackDeadLetters")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    try:
        send_event(stack, "Email Bounced", {"eventType": "Bounce", "mail": {"tags": {SET: ["earshot-mails"]}}})
        eventually(lambda: depth(stack, "FeedbackDeadLetters"), lambda number: number == before + 1)
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "180"})


def test_the_suppression_list_of_the_account_is_read(stack: "Stack") -> None:
    sqs, url = stack.client("sqs"), physical(stack, "FeedbackQueue")
    sqs.send_message(QueueUrl=url, MessageBody='{"reconcile": {}}')
    table = physical(stack, "Table")
    key = {"pk": {"S": "RECONCILIATIONS"}, "sk": {"S": "SUPPRESSIONS"}}
    eventually(lambda: stack.client("dynamodb").get_item(TableName=table, Key=key).get("Item"), bool)
