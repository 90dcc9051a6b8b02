"""Messages that nobody should have sent: each fails alone, its neighbours are recorded."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from earshot import bootstrap
from tests.e2e import scenario
from tests.e2e.conftest import Stack
from tests.e2e.fault_injection import FaultInjection, counted, open_fault_injection, recounted, responses


def bad(**fields: Any) -> str:
    return scenario.body({**scenario.submission("b", "final", 3, 1), **fields})


POISON = {
    "no JSON": "not json",
    "an array": "[]",
    "a number": "7",
    "of a later version": json.dumps({"version": 2, "submissions": []}),
    "without submissions": json.dumps({"version": 1}),
    "submissions that are none": json.dumps({"version": 1, "submissions": "ab"}),
    "nested too deep": '{"version": 1, "submissions": ' + "[" * 100_000,
    "an unknown kind": bad(kind="hearsay"),
    "a kind that is a number": bad(kind=5),
    "a score of 11": bad(score=11),
    "a score that is true": bad(score=True),
    "no id": bad(id="b"),
    "an id that is a number": bad(id=5),
    "received before time began": bad(received=-1),
    "received in the year 300,000": bad(received=10**16),
    "received at no time at all": bad(received=10**30),
    "a comment that is a number": bad(comment=5),
    "a comment with half a character": bad(comment="\ud800"),
    "a comment of no end": bad(comment="x" * 200_000 + "\ud800"),
    "a person that is a number": bad(person=5),
    "a person with half a character": bad(person="\ud800"),
    "a person of 3,000 characters": bad(person="x" * 3000),
    "properties that are an array": bad(properties=["plan"]),
    "a property that is a number": bad(properties={"plan": 5}),
    "a property that is an object": bad(properties={"plan": {}}),
    "a property with half a character": bad(properties={"plan": "\ud800"}),
    "a channel that is an array": bad(channel=["mail"]),
    "a correlation that is a number": bad(correlation=5),
    "answered at a word": bad(responded_at="yesterday"),
    "answered at a number": bad(responded_at=5),
    "answered before 1970": bad(responded_at="1815-06-18"),
    "a survey that is a number": bad(survey=5),
    "a survey of no name": bad(survey=""),
    "a survey of 3,000 characters": bad(survey="x" * 3000),
    "a survey with half a character": bad(survey="\ud800"),
    "a survey that never was": bad(survey="never-was"),
}


@pytest.fixture(scope="module")
def lab(stack: Stack) -> Iterator[FaultInjection]:
    with open_fault_injection(stack.engine_endpoint) as it:
        yield it


@pytest.mark.parametrize("case", POISON)
def test_a_poison_message_fails_alone(lab: FaultInjection, case: str) -> None:
    good = [scenario.body(scenario.submission(name, "final", 9, 1)) for name in "ad"]
    with lab.new_table(scenario.survey()):
        back = deliver(lab, [good[0], POISON[case], good[1]])
        items = lab.items()
    assert {item["sk"] for item in responses(items)} == {scenario.IDS["a"], scenario.IDS["d"]}
    assert back == [POISON[case]]
    assert counted(items) == recounted(items)


def test_a_poison_message_fails_alone_even_when_its_receipt_is_not_good_any_more(lab: FaultInjection) -> None:
    good = scenario.body(scenario.submission("a", "final", 9, 1))
    with lab.new_table(scenario.survey()):
        assert deliver(lab, [good, "not json"], stale=True) == ["not json"]


def deliver(lab: FaultInjection, bodies: list[str], *, stale: bool = False) -> list[str]:
    """Deliver a batch with receipts that are real, or stale; the messages that come back."""
    sqs = bootstrap.client("sqs")
    sqs.purge_queue(QueueUrl=lab.queue)
    for body in bodies:
        sqs.send_message(QueueUrl=lab.queue, MessageBody=body)
    messages = sqs.receive_message(QueueUrl=lab.queue, MaxNumberOfMessages=10)["Messages"]
    records = [lab.message(m["MessageId"], "stale" if stale else m["ReceiptHandle"], m["Body"]) for m in messages]
    assert [record["body"] for record in records] == bodies
    reply = lab.record_responses.lambda_handler({"Records": records}, None)
    failed = {failure["itemIdentifier"] for failure in reply["batchItemFailures"]}
    return [record["body"] for record in records if record["messageId"] in failed]
