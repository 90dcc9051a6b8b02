"""Rings the schedules of the deployed stack: what they would have started while the clock moved starts now."""

from collections.abc import Iterator
from typing import Any

from earshot_cli.local.aws import client
from earshot_cli.local.deploy import STACK
from earshot_cli.local.endpoint import Endpoint

SCHEDULE = "AWS::Scheduler::Schedule"


def ring(endpoint: Endpoint) -> tuple[list[str], list[str]]:
    """Send each schedule's input to its target, once; return the schedules that ran, and those that cannot be run.

    Once is enough however far the clock went: what a schedule starts looks at everything that is due by then.
    """
    rang: list[str] = []
    silent: list[str] = []
    for name, target in sorted(_targets(endpoint)):
        (rang if _ring(endpoint, target) else silent).append(name)
    return rang, silent


def _targets(endpoint: Endpoint) -> Iterator[tuple[str, dict[str, Any]]]:
    """The logical name and the target of each schedule that is not switched off."""
    ours, scheduler = _names(endpoint), client("scheduler", endpoint)
    for page in scheduler.get_paginator("list_schedules").paginate():
        for found in page["Schedules"]:
            if found["Name"] in ours and found.get("State", "ENABLED") == "ENABLED":
                schedule = scheduler.get_schedule(Name=found["Name"], GroupName=found.get("GroupName", "default"))
                yield ours[found["Name"]], schedule["Target"]


def _names(endpoint: Endpoint) -> dict[str, str]:
    """The logical name behind each physical one."""
    pages = client("cloudformation", endpoint).get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {
        resource["PhysicalResourceId"]: resource["LogicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == SCHEDULE
    }


def _ring(endpoint: Endpoint, target: dict[str, Any]) -> bool:
    """Do what the schedule's own ringing does; False for a kind of target that this template never had."""
    arn, payload = str(target["Arn"]), str(target.get("Input", "{}"))
    match arn.split(":")[2]:
        case "sqs":
            sqs = client("sqs", endpoint)
            sqs.send_message(
                QueueUrl=sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"], MessageBody=payload
            )
        case "lambda":
            client("lambda", endpoint).invoke(FunctionName=arn, InvocationType="Event", Payload=payload.encode())
        case _:
            return False
    return True
