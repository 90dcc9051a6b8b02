"""One update of a stack that changes some of its parameters and nothing else."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from earshot_cli.errors import CommandError
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.doctor.functions import FUNCTION
from earshot_cli.ops.stack import Stack

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NOTHING_TO_DO = "No updates are to be performed"
STUCK = frozenset({"UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"})
POLL_SECONDS = 0.5
LONGEST_SECONDS = 3600

Report = Callable[[str], None]


def update_parameters(stack: Stack, values: Mapping[str, str], report: Report = lambda _: None) -> Stack:
    """Set parameters of a stack, and return the stack then; nothing is done where it has them already.

    CommandError with CloudFormation's reason if the update failed: then the stack is as it was.
    """
    stack = settled(stack, report)
    if missing := sorted(values.keys() - stack.parameters.keys()):
        raise CommandError(f"{stack.place} has no parameter {missing[0]}: deploy this version of Earshot first.")
    if values.items() <= stack.parameters.items():
        return stack
    if stack.status in STUCK:
        raise CommandError(
            f"{stack.place} is {stack.status}: run `aws cloudformation continue-update-rollback --stack-name "
            f"{stack.name}`, then the same command again."
        )
    if not _begin(stack, values):
        return settled(stack, report)
    changed = settled(stack, report)
    if changed.status != "UPDATE_COMPLETE":
        raise CommandError(
            f"CloudFormation took the update back, and {stack.place} is as it was ({changed.status}: "
            f"{_reason(changed)}). Fix that, and run the same command again."
        )
    return changed


def settled(stack: Stack, report: Report = lambda _: None) -> Stack:
    """Wait until nothing changes the stack any more; return it as it is then."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while (stack := stack.reloaded()).is_being_changed:
        if time.monotonic() > deadline:
            raise CommandError(f"{stack.place} is still {stack.status} after an hour: run the same command again.")
        report(stack.status)
        time.sleep(POLL_SECONDS)
    return stack


def _begin(stack: Stack, values: Mapping[str, str]) -> bool:
    """Begin the update; False if CloudFormation has nothing to do."""
    client = stack.client("cloudformation")
    parameters = [
        {"ParameterKey": name, "ParameterValue": values[name]}
        if name in values
        else {"ParameterKey": name, "UsePreviousValue": True}
        for name in stack.parameters
    ]
    url = _uploaded_template(stack)
    try:
        client.update_stack(StackName=stack.name, TemplateURL=url, Parameters=parameters, Capabilities=CAPABILITIES)
    except client.exceptions.ClientError as error:
        if NOTHING_TO_DO in error.response["Error"]["Message"]:
            return False
        raise
    return True


def _uploaded_template(stack: Stack) -> str:
    """Put the template, as it was deployed, where CloudFormation finds it; return its address.

    The stack's previous template would not do: in that one the loops are expanded, and parameters are their old values.
    """
    cloudformation, s3 = stack.client("cloudformation"), stack.client("s3")
    body = cloudformation.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    text = body if isinstance(body, str) else json.dumps(body, default=str)
    bucket, key = _bucket(stack), f"earshot/{stack.name}/{sha256(text.encode()).hexdigest()}.template"
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
    return f"{s3.meta.endpoint_url}/{bucket}/{key}"


def _bucket(stack: Stack) -> str:
    """Return the bucket that the functions were deployed from."""
    for function in DeployedTemplate.of(stack).of_kind(FUNCTION).values():
        match function.get("Code"):
            case {"S3Bucket": str(bucket)}:
                return bucket
    raise CommandError(f"The template of {stack.place} names no bucket with its code: deploy it again.")


def _reason(stack: Stack) -> str:
    """Return why the last update failed: what its first resource that failed said."""
    failed = [event for event in _events_of_update(stack) if event["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "the stack's events say why"
    first = failed[-1]
    return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', 'no reason given')}".rstrip(".")


def _events_of_update(stack: Stack) -> Iterator[Mapping[str, Any]]:
    """Yield the events of the last update, newest first."""
    pages = stack.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack.name)
    for event in (event for page in pages for event in page["StackEvents"]):
        yield event
        if event["LogicalResourceId"] == stack.name and event["ResourceStatus"] == "UPDATE_IN_PROGRESS":
            return
