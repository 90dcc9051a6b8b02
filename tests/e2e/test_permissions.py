"""IAM for real: each role is held to what it may do, all of it is needed, and what is taken away is missed.

Who adds a permission to template.yaml adds the step that needs it to the walk (iam_walk.py, iam_walk_invitations.py).
"""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from earshot.adapters.dynamodb import table_keys
from tests.e2e.access_denied import refusals
from tests.e2e.bus_listener import Listener
from tests.e2e.conftest import Crm, Stack, _end, start_stack
from tests.e2e.iam_walk import walk
from tests.e2e.permissions import Decision, Document, Held, Permission, allows, missed, permissions
from tests.e2e.revoked_permissions import log_lines, the, what_cannot_be_counted, what_cannot_be_delivered, withheld
from tests.e2e.survey_client import Survey, depth, new_id, physical, settle, until

# What only a race or a long wait needs, so that no walk can miss it. The contract of the adapter has the race, and
# tests/integration/template makes the calls that come late.
SOMETIMES = {
    # A submission that is refused since the page was read deletes its comment again.
    ("ServePagesRole", "dynamodb:DeleteItem", "Table", "PC#*"),
    # A destination that does not reply is tried again after half a minute and more.
    ("SyncCrmRole", "dynamodb:GetItem", "Table", "BREAKER#*"),
    ("SyncCrmRole", "dynamodb:Query", "Table", "DUE#D#*"),
    ("PlanRemindersRole", "dynamodb:GetItem", "Table", "BREAKER#*"),
    ("PlanRemindersRole", "dynamodb:PutItem", "Table", "BREAKER#*"),
    ("PlanRemindersRole", "sqs:SendMessage", "DeliveryQueue", ""),
    # An alert on the score comes after the evaluation of a day, to a rule that hears of it.
    ("SyncCrmRole", "dynamodb:BatchGetItem", "Table", "AL#*"),
    # The summary of alerts above a rule's limit comes after a quarter of an hour.
    ("SyncCrmRole", "dynamodb:GetItem", "Table", "AH#*"),
}


@dataclass
class Walked:
    """A stack on which everything was done once: what was refused on the way, and all that was decided."""

    held: Held
    refused: list[str] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        return self.held.stack

    @contextmanager
    def lacking(self, permission: Permission) -> Iterator[list[Decision]]:
        """Take a permission away for real; give, afterwards, what was refused, all of it foretold by the walk."""
        foretold = missed(permission, self.held.document(permission.holder), self.of(permission.holder))
        known, refused = set(self.held.decided()), list[Decision]()
        with withheld(self.held, permission):
            yield refused
        refused += [each for each in self.held.decided() if each not in known and not each.allowed]
        asked = {(each.action, each.resource, each.values) for each in refused}
        assert asked, f"nothing was refused without {permission}"
        assert asked <= {(each.action, each.resource, each.values) for each in foretold}

    def of(self, holder: str) -> list[Decision]:
        return [each for each in self.decided if each.holder == holder]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory, crm: Crm) -> Iterator[Walked]:
    running = start_stack(tmp_path_factory.mktemp("walked"), crm.url, EARSHOT_ROLES="enforced")
    try:
        it = Walked(Held(running))
        walk(running)
        it.refused = refusals(running.local_dir)
        what_cannot_be_delivered(running, it.held)
        what_cannot_be_counted(running, it.held)
        it.decided = it.held.decided()
        yield it
    finally:
        _end(running.process)


def test_nothing_that_earshot_does_is_refused(walked: Walked) -> None:
    assert walked.refused == []


def needed() -> list[Permission]:
    return [each for each in permissions() if (each.holder, each.action, each.resource, each.value) not in SOMETIMES]


def test_each_permission_is_missed_when_it_alone_is_taken_away(walked: Walked) -> None:
    documents = documents_of(walked)
    unmissed = [
        str(each) for each in needed() if not missed(each, documents[each.holder], walked.of(each.holder))
    ]  # fmt: skip

    assert not unmissed, (
        "Nothing needs these permissions: let a step of tests/e2e/iam_walk.py or iam_walk_invitations.py do what "
        "needs them, or take them out of template.yaml:\n" + "\n".join(unmissed)
    )


def test_the_engine_and_these_tests_decide_alike(walked: Walked) -> None:
    documents = documents_of(walked)
    for asked in walked.decided:
        if asked.allowed and asked.holder in documents:
            assert allows(documents[asked.holder], asked), asked


def documents_of(walked: Walked) -> dict[str, Document]:
    """Return the policy of each holder as it is deployed."""
    return {holder: walked.held.document(holder) for holder in {each.holder for each in permissions()}}


def test_without_the_queue_a_response_is_not_taken_and_the_log_names_the_reason(walked: Walked) -> None:
    survey = Survey(walked.stack)
    with walked.lacking(the("SubmitResponseRole", "sqs:SendMessage", "ResponseQueue")):
        refused = survey.post(9)
    assert refused.status in (500, 503)
    assert "SendMessage" not in refused.raw.decode()
    assert "is not authorized to perform: sqs:SendMessage" in log_lines(walked.stack)
    assert survey.post(9).status == 202


def test_without_a_family_of_keys_a_score_is_not_read(walked: Walked) -> None:
    survey = Survey(walked.stack)
    with walked.lacking(the("ReadResultsRole", "dynamodb:Query", "Table", "C#*")):
        assert survey.ask_nps().status == 500
        assert survey.read()["id"] == survey.id
    assert survey.ask_nps().status == 200


def test_without_pointers_to_people_their_responses_become_dead_letters_and_others_count(walked: Walked) -> None:
    stack, survey = walked.stack, Survey(walked.stack)
    sqs, url, before = stack.client("sqs"), physical(stack, "ResponseQueue"), depth(stack, "ResponseDeadLetters")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    with walked.lacking(the("RecordResponsesRole", "dynamodb:PutItem", "Table", "P#*")):
        survey.post_with_key(id=(known := new_id()), score=2, person="p-1")
        until(lambda: depth(stack, "ResponseDeadLetters"), lambda number: number == before + 1)
        # Another run may still have the message, which is visible at once: it ends before the permission is back.
        settle(stack)
        survey.recorded(survey.send(9))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "180"})
    assert survey.ask_response(known).status == 404
    assert survey.counted(1)["promoters"] == 1


def test_without_its_queue_a_function_waits_and_goes_on_where_it_stopped(walked: Walked, crm: Crm) -> None:
    survey = Survey(walked.stack)
    with walked.lacking(the("SyncCrmRole", "sqs:ReceiveMessage", "DeliveryQueue")):
        sent = survey.send(1)
        until(lambda: depth(walked.stack, "DeliveryQueue"), lambda number: number >= 1)
        time.sleep(0.5)
        assert [each for each in crm.deliveries if each.data["response"] == sent] == []
    crm.wait_for(lambda delivery: delivery.data["response"] == sent)


def test_without_the_bus_changes_wait_in_the_stream(walked: Walked) -> None:
    stack, survey = walked.stack, Survey(walked.stack)
    heard = Listener(stack.client("events"), stack.client("sqs"), "earshot")
    with walked.lacking(the("PublishEventsRole", "events:PutEvents", "Bus")) as refused:
        survey.recorded(survey.send(9))
        until(lambda: log_lines(stack), lambda log: "not authorized to perform: events:PutEvents" in log)
        assert heard.of(survey.id) == []
    assert [each.action for each in refused] == ["events:PutEvents"]
    heard.wait_for(survey.id, "ResponseRecorded")


def test_without_its_log_a_function_works_in_silence(walked: Walked) -> None:
    survey = Survey(walked.stack)
    with walked.lacking(the("ReadResultsRole", "logs:PutLogEvents", "LogGroup")):
        assert survey.ask_nps().status == 200
    settle(walked.stack)


# What somebody who took the function over would try, each call by what it is after.
TAKEN_OVER = """
import json, boto3
def lambda_handler(event, _):
    table, client = event["table"], boto3.client("dynamodb")
    key = {"pk": {"S": "P#" + event["person"]}, "sk": {"S": "META"}}
    pk = {"TableName": table, "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": key["pk"]}}
    name = {"ExpressionAttributeNames": {"#n": "name"}}
    response = {"pk": {"S": event["partition"]}, "sk": {"S": event["response"]}}
    values = {**pk["ExpressionAttributeValues"], ":a": {"S": event["address"]}}
    calls = {
        "the whole person": lambda: client.get_item(TableName=table, Key=key),
        "the name": lambda: client.get_item(TableName=table, Key=key, ProjectionExpression="pk, #n", **name),
        "the address": lambda: client.get_item(TableName=table, Key=key, ProjectionExpression="email"),
        "the address as before": lambda: client.get_item(TableName=table, Key=key, AttributesToGet=["email"]),
        "all of them in a batch": lambda: client.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "all of them by a query": lambda: client.query(**pk),
        "comments on a page": lambda: client.query(**pk, ProjectionExpression="submissions"),
        "whether they have an address": lambda: client.query(
            **{**pk, "ExpressionAttributeValues": values}, Select="COUNT", FilterExpression="email = :a"
        ),
        "the comment": lambda: client.get_item(TableName=table, Key=response, ProjectionExpression="pk, #c",
                                               ExpressionAttributeNames={"#c": "comment"}),
        "everything": lambda: client.scan(TableName=table),
        "when they were asked": lambda: client.get_item(
            TableName=table, Key=key, ProjectionExpression="pk, erased_at, mailbox, last_invited_at"),
        "what they answered": lambda: client.query(**pk, ProjectionExpression="sk"),
        "whether they answered": lambda: client.query(**pk, Select="COUNT"),
    }
    told = {}
    for what, call in calls.items():
        try:
            told[what] = json.dumps(call(), default=str)
        except client.exceptions.ClientError as error:
            told[what] = error.response["Error"]["Code"]
    return told
"""


def test_a_taken_over_serve_widget_reads_no_name_no_address_and_no_comment(walked: Walked) -> None:
    stack, survey, address = walked.stack, Survey(walked.stack), "taken.over@example.com"
    person = {"id": "taken-over", "email": address, "name": "Taken Over"}
    assert stack.call("PUT", "/v1/people/taken-over", person).status in (200, 201)
    survey.post_with_key(id=(sent := new_id()), score=2, person="taken-over", comment="Only between us")
    survey.recorded(sent)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("app.py", TAKEN_OVER)
    functions, table = stack.client("lambda"), physical(stack, "Table")
    configured = functions.get_function_configuration(FunctionName=physical(stack, "ServeWidgetFunction"))
    functions.create_function(
        FunctionName="taken-over", Runtime=configured["Runtime"], Role=configured["Role"],
        Handler="app.lambda_handler", Code={"ZipFile": archive.getvalue()}, Timeout=30,
    )  # fmt: skip
    try:
        about = {"table": table, "person": "taken-over", "address": address, "response": sent,
                 "partition": table_keys.response(survey.id, sent)}  # fmt: skip
        reply = functions.invoke(FunctionName="taken-over", Payload=json.dumps(about))
        body = json.loads(reply["Payload"].read())
    finally:
        functions.delete_function(FunctionName="taken-over")
    may = {"when they were asked", "whether they answered"}
    assert {what for what, value in body.items() if value != "AccessDeniedException"} == may, body
    values = "".join(body[what] for what in may)
    assert all(secret not in values for secret in (sent, address, "Taken Over", "Only between us"))
