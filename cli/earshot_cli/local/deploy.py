"""Brings the stack to what the template says, and does nothing when it is there already."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot_cli.local.artifacts import BUCKET
from earshot_cli.local.aws import client
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.errors import DeployError
from earshot_cli.local.template import Template

STACK = "earshot"
TEMPLATE = "template.json"
COMPLETE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
# What only `earshot restore` sets: the next start keeps it, whatever else has changed.
KEPT = frozenset({"RestoredTable", "RestoredStreamArn", "OtherTable", "Consumers"})
POLL_SECONDS = 0.1
DEPLOY_SECONDS = 180


@dataclass(frozen=True)
class Deployed:
    """The stack as it is: its outputs, and the physical name behind each logical one."""

    outputs: dict[str, str]
    resources: dict[str, str]
    changed: bool

    def output(self, name: str) -> str:
        """One of the template's outputs."""
        if name not in self.outputs:
            raise DeployError(f"The template has no output {name}.")
        return self.outputs[name]


def deploy(endpoint: Endpoint, template: Template) -> Deployed:
    """Create or update the stack; raise an error with the engine's own reason if it refuses."""
    cloudformation = client("cloudformation", endpoint)
    try:
        changed = _bring_up_to_date(endpoint, cloudformation, template)
        return _deployed(cloudformation, changed)
    except ClientError as error:
        raise DeployError(f"The template was refused: {error.response['Error']['Message']}") from error
    except BotoCoreError as error:
        raise DeployError(f"The engine went away while deploying: {error}") from error


def _bring_up_to_date(endpoint: Endpoint, cloudformation: Any, template: Template) -> bool:
    stack = _stack(cloudformation)
    if stack and stack["StackStatus"] not in COMPLETE:
        cloudformation.delete_stack(StackName=STACK)
        stack = _settled(cloudformation)
    if stack and _runs(endpoint, stack, template):
        return False
    act = cloudformation.update_stack if stack else cloudformation.create_stack
    known = {event["EventId"] for event in _events(cloudformation)} if stack else set()
    act(
        StackName=STACK,
        TemplateURL=_upload(endpoint, template),
        Parameters=[*_given(template), *_kept(stack, template)],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    _succeed(cloudformation, "UPDATE_COMPLETE" if stack else "CREATE_COMPLETE", known)
    return True


def _stack(cloudformation: Any) -> dict[str, Any] | None:
    """The stack, None before the first deployment and after a deletion."""
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def _runs(endpoint: Endpoint, stack: dict[str, Any], template: Template) -> bool:
    """Return whether the stack was deployed from this template, these packages and these parameters."""
    cloudformation = client("cloudformation", endpoint)
    given = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack["Parameters"]}
    given |= _hidden(endpoint, cloudformation, template)
    if stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE" or not template.parameters.items() <= given.items():
        return False
    body: Any = cloudformation.get_template(StackName=STACK, TemplateStage="Original")["TemplateBody"]
    return bool(body == template.body)


def _given(template: Template) -> Iterator[dict[str, Any]]:
    for key, value in template.parameters.items():
        yield {"ParameterKey": key, "ParameterValue": value}


def _kept(stack: dict[str, Any] | None, template: Template) -> Iterator[dict[str, Any]]:
    there = {entry["ParameterKey"] for entry in stack["Parameters"]} if stack else set()
    for key in sorted(KEPT & there & template.body["Parameters"].keys()):
        yield {"ParameterKey": key, "UsePreviousValue": True}


def _hidden(endpoint: Endpoint, cloudformation: Any, template: Template) -> dict[str, str]:
    """Return the values that CloudFormation does not show (NoEcho), from the secrets that the stack keeps them in."""
    secrets, found = client("secretsmanager", endpoint), {}
    for name, resource in template.body["Resources"].items():
        match resource.get("Properties", {}).get("SecretString"):
            case {"Ref": str(parameter)}:
                try:
                    kept = cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=name)
                    secret = kept["StackResourceDetail"]["PhysicalResourceId"]
                    found[parameter] = str(secrets.get_secret_value(SecretId=secret)["SecretString"])
                except ClientError:
                    found[parameter] = ""  # an empty one needs no secret
    return found


def _upload(endpoint: Endpoint, template: Template) -> str:
    """Put the packages and the template where the engine finds them; return the template's address.

    CloudFormation takes no template of more than 51,200 bytes in a request, and `sam deploy` uploads it too.
    """
    s3 = client("s3", endpoint)
    s3.create_bucket(Bucket=BUCKET)
    for artifact in template.artifacts:
        s3.put_object(Bucket=BUCKET, Key=artifact.key, Body=artifact.pack())
    s3.put_object(Bucket=BUCKET, Key=TEMPLATE, Body=template.text.encode())
    return f"{endpoint.url}/{BUCKET}/{TEMPLATE}"


def _settled(cloudformation: Any) -> dict[str, Any] | None:
    deadline = time.monotonic() + DEPLOY_SECONDS
    stack = _stack(cloudformation)
    while stack and stack["StackStatus"].endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise DeployError(f"The deployment did not end within {DEPLOY_SECONDS} s.")
        time.sleep(POLL_SECONDS)
        stack = _stack(cloudformation)
    return stack


def _succeed(cloudformation: Any, status: str, known: set[str]) -> None:
    stack = _settled(cloudformation)
    if stack and stack["StackStatus"] == status:
        return
    failed = [
        event
        for event in _events(cloudformation)
        if event["EventId"] not in known and event["ResourceStatus"].endswith("_FAILED")
    ]
    if failed:
        first = min(failed, key=lambda event: event["Timestamp"])
        raise DeployError(f"The template was refused: {first['LogicalResourceId']}: {first['ResourceStatusReason']}")
    raise DeployError(f"The template was refused: {(stack or {}).get('StackStatusReason', 'no reason given')}")


def _events(cloudformation: Any) -> list[dict[str, Any]]:
    # A roll-back has more events than a page, and they come before the one that says why.
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=STACK)
    return [event for page in pages for event in page["StackEvents"]]


def _deployed(cloudformation: Any, changed: bool) -> Deployed:
    stack = _stack(cloudformation) or {}
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    return Deployed(
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
        resources={
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        },
        changed=changed,
    )
