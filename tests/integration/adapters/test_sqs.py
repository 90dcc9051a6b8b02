"""Submissions and tasks travel through SQS as moto has it."""

import json

import boto3

from earshot.adapters.sqs import SqsSubmissionQueue, SqsTaskQueue
from earshot.adapters.sqs_submissions import unpack
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
