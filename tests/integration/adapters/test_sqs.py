"""Submissions and tasks travel through SQS as moto has it."""

import json

import boto3
import pytest

from earshot.adapters.sqs import SqsDeliveryQueue, SqsTaskQueue
from earshot.adapters.sqs_submissions import SqsSubmissionQueue, unpack
from earshot.domain.errors import BusyError
from tests.factories import make_submission, uuid7


def test_submissions_travel_through_sqs(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="responses")["QueueUrl"]
    submissions = [make_submission(comment="Grüße 💬", id=uuid7(seed=str(n))) for n in range(3)]
    SqsSubmissionQueue(client, url).send(submissions)
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert unpack(message["Body"]) == submissions


def test_tasks_travel_through_sqs_and_an_unreadable_message_comes_back_at_once(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="tasks", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    queue = SqsTaskQueue(client, url)
    queue.send([{"survey": "demo"}])
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"survey": "demo"}
    assert "Messages" not in client.receive_message(QueueUrl=url)
    queue.hurry(message["ReceiptHandle"])
    assert client.receive_message(QueueUrl=url)["Messages"]


def test_a_task_has_the_delay_of_its_queue_unless_it_has_its_own(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="scores", Attributes={"DelaySeconds": "30"})["QueueUrl"]
    sent: list[dict[str, object]] = []
    client.meta.events.register("provide-client-params.sqs.SendMessage", lambda params, **_: sent.append(params))
    queue = SqsTaskQueue(client, url)
    queue.send([{"survey": "demo"}])
    queue.send([{"survey": "demo"}], delay=60)
    assert [each.get("DelaySeconds") for each in sent] == [None, 60]
    assert "Messages" not in client.receive_message(QueueUrl=url)


def test_deliveries_travel_in_the_group_of_their_destination_ten_a_call(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="deliveries")["QueueUrl"]
    calls: list[int] = []
    client.meta.events.register(
        "provide-client-params.sqs.SendMessageBatch", lambda params, **_: calls.append(len(params["Entries"]))
    )
    sent = [{"destination": f"to-{number % 2}", "delivery": f"d-{number}", "text": "Grüße"} for number in range(23)]
    SqsDeliveryQueue(client, url).send((task, 0) for task in sent)
    assert calls == [10, 10, 3]
    found = []
    while messages := client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    ).get("Messages"):
        found += messages
    bodies = sorted((json.loads(each["Body"]) for each in found), key=lambda task: int(task["delivery"][2:]))
    assert bodies == sent
    for each in found:
        assert each["Attributes"]["MessageGroupId"] == json.loads(each["Body"])["destination"]


def test_tasks_that_are_no_deliveries_travel_in_the_group_of_their_kind(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="deliveries")["QueueUrl"]
    SqsDeliveryQueue(client, url).send([({"case_steps": "case-1", "at": 7}, 0)])
    (found,) = client.receive_message(QueueUrl=url, MessageSystemAttributeNames=["MessageGroupId"])["Messages"]
    assert found["Attributes"]["MessageGroupId"] == "case_steps"
    assert json.loads(found["Body"]) == {"case_steps": "case-1", "at": 7}


def test_a_delivery_is_kept_back_as_long_as_it_is_asked_for(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="deliveries")["QueueUrl"]
    entries: list[dict[str, object]] = []
    client.meta.events.register(
        "provide-client-params.sqs.SendMessageBatch", lambda params, **_: entries.extend(params["Entries"])
    )
    SqsDeliveryQueue(client, url).send([({"destination": "to-1", "delivery": "d-1"}, 900)])
    assert [each["DelaySeconds"] for each in entries] == [900]
    assert "Messages" not in client.receive_message(QueueUrl=url)


def test_a_batch_of_which_one_message_was_not_taken_is_sent_again() -> None:
    class Full:
        """A queue that takes all but one message of a call."""

        def send_message_batch(self, QueueUrl: str, Entries: list[object]) -> dict[str, object]:  # noqa: ARG002, N803
            return {"Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}]}

    tasks = [({"destination": "to-1", "delivery": f"d-{number}"}, 0) for number in range(2)]
    with pytest.raises(BusyError):
        SqsDeliveryQueue(Full(), "https://sqs.example.com/deliveries").send(tasks)


def test_nothing_to_send_is_no_call() -> None:
    SqsDeliveryQueue(None, "https://sqs.example.com/deliveries").send([])
