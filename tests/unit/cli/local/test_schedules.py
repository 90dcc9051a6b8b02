"""Ringing the schedules: each of ours once, with its input, and no other."""

from collections.abc import Iterator
from typing import Any

import pytest

from earshot_cli.local import schedules
from earshot_cli.local.endpoint import Endpoint

QUEUE = "arn:aws:sqs:us-east-1:000000000000:plans"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:greet"
BUS = "arn:aws:events:us-east-1:000000000000:event-bus/earshot"


class Engine:
    """All of the engine's services that ringing asks, in one."""

    def __init__(self, **targets: dict[str, Any]) -> None:
        self.schedules = targets
        self.rang: list[tuple[str, Any]] = []
        self.off: set[str] = set()

    def get_paginator(self, call: str) -> Any:
        self.call = call
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        if self.call == "list_schedules":
            for name in (*self.schedules, "x-of-another-stack"):
                state = "DISABLED" if name in self.off else "ENABLED"
                yield {"Schedules": [{"Name": name, "GroupName": "default", "State": state}]}
        else:
            for name in self.schedules:
                kind = "AWS::Scheduler::Schedule"
                yield {"StackResourceSummaries": [_resource(name, kind), _resource("x-of-another-stack", "AWS::X::Y")]}

    def get_schedule(self, Name: str, GroupName: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert GroupName == "default"
        return {"Target": self.schedules[Name]}

    def get_queue_url(self, QueueName: str) -> dict[str, Any]:  # noqa: N803
        return {"QueueUrl": f"http://engine/{QueueName}"}

    def send_message(self, **fields: Any) -> None:
        self.rang.append(("sqs", fields))

    def invoke(self, **fields: Any) -> None:
        self.rang.append(("lambda", fields))


def _resource(name: str, kind: str) -> dict[str, str]:
    return {"PhysicalResourceId": name, "LogicalResourceId": name.title(), "ResourceType": kind}


def ring(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    monkeypatch.setattr(schedules, "client", lambda *_: engine)
    return schedules.ring(Endpoint("http://engine", "token"))


def test_each_schedule_rings_once_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(plan={"Arn": QUEUE, "Input": '{"all": true}'}, greet={"Arn": FUNCTION}, odd={"Arn": BUS})
    assert ring(engine, monkeypatch) == (["Greet", "Plan"], ["Odd"])
    assert engine.rang == [
        ("lambda", {"FunctionName": FUNCTION, "InvocationType": "Event", "Payload": b"{}"}),
        ("sqs", {"QueueUrl": "http://engine/plans", "MessageBody": '{"all": true}'}),
    ]


def test_a_schedule_that_is_switched_off_stays_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(plan={"Arn": QUEUE})
    engine.off.add("plan")
    assert ring(engine, monkeypatch) == ([], [])
    assert engine.rang == []
