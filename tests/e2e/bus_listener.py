"""A queue of the tests on the stack's bus: every event of the session, as any other system would get it."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "events" / "schemas"

Event = dict[str, Any]


def new_queue(sqs: Any, **attributes: str) -> tuple[str, str]:
    """Make a queue; its address and its ARN."""
    url = sqs.create_queue(QueueName=f"test-{uuid4().hex[:12]}", Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, arn


def attach_queue(events: Any, sqs: Any, bus: str, pattern: dict[str, Any] | None = None) -> str:
    """Put a rule on a bus that leads into a new queue; the queue's address."""
    url, arn = new_queue(sqs)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    name = f"test-{uuid4().hex[:12]}"
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern or {"source": ["earshot"]}))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def take_all(sqs: Any, url: str) -> list[Event]:
    """Take every event that lies in a queue."""
    taken: list[Event] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        taken += [json.loads(message["Body"]) for message in messages]
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    return taken


class Listener:
    """Every event published on the bus since the session began."""

    def __init__(self, events: Any, sqs: Any, bus: str) -> None:
        self.heard: list[Event] = []
        self._sqs = sqs
        self._url = attach_queue(events, sqs, bus)
        self._lock = threading.Lock()

    def all(self) -> list[Event]:
        """Every event so far."""
        with self._lock:
            self.heard += take_all(self._sqs, self._url)
        return self.heard

    def of(self, survey: str, detail_type: str | None = None) -> list[Event]:
        """The events of one survey, in the order they came."""
        return [
            event
            for event in self.all()
            if event["detail"]["data"].get("survey") == survey and detail_type in (None, event["detail-type"])
        ]

    def wait_for(self, survey: str, detail_type: str, wanted: Callable[[Event], bool] = lambda _: True) -> Event:
        """The first event of its kind; a failed test if none comes."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if found := [event for event in self.of(survey, detail_type) if wanted(event)]:
                return found[0]
            time.sleep(0.05)
        pytest.fail(f"no such {detail_type} within 20 s; of this survey came {self.of(survey)}")

    def last_words(self) -> None:
        """Take what is still there, if the engine is, and hold all of the session against the schemas."""
        with suppress(BotoCoreError, ClientError):
            self.all()
        faults = {fault for event in self.heard for fault in faults_of(event)}
        assert not (faults and SCHEMAS.is_dir()), sorted(faults)[:20]


def faults_of(event: Event) -> list[str]:
    """What an event's detail breaks of its schema; a type without one is a fault too."""
    path = SCHEMAS / f"{event['detail-type']}.v{event['detail']['metadata']['version']}.json"
    if not path.exists():
        return [f"{path.name} does not exist"]
    validator = Draft202012Validator(json.loads(path.read_text()), format_checker=Draft202012Validator.FORMAT_CHECKER)
    instance = event if _is_of_the_envelope(validator.schema) else event["detail"]
    return [f"{event['detail-type']} {error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def _is_of_the_envelope(schema: Any) -> bool:
    return "detail-type" in schema.get("properties", {})
