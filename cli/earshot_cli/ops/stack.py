"""The stack that a command works on, local or deployed: its clients, and the physical names of its resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from earshot_cli.connection import engine_endpoint
from earshot_cli.errors import UsageError
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.ops.aws_errors import StackPlace, UnreachableError, plain_errors

LOCAL = "earshot"
# What every Earshot stack has.
MARKER_RESOURCE = "ResponseQueue"
TABLE_OUTPUT = "TableName"


@dataclass(frozen=True)
class Resource:
    """One resource of a stack; `physical` is its name, URL or ARN, whatever CloudFormation calls it by."""

    logical: str
    physical: str
    kind: str
    status: str


@dataclass(frozen=True)
class Stack:
    """A stack that was found, with the resources it had then."""

    place: StackPlace
    status: str
    outputs: Mapping[str, str]
    resources: Mapping[str, Resource]
    session: Any
    endpoint: Endpoint | None
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name CloudFormation knows it by."""
        return self.place.stack

    @property
    def is_local(self) -> bool:
        """Return whether it is the stack of `make run`."""
        return self.place.is_local

    @property
    def is_being_changed(self) -> bool:
        """Return whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS")

    def reloaded(self) -> "Stack":
        """Return the stack as it is now."""
        return _found(self.place, self.session, self.endpoint)

    def client(self, service: str) -> Any:
        """Return a client of one of its services; one is kept for each."""
        return _client(self.session, service, self.endpoint)

    def physical(self, logical: str) -> str:
        """Return the physical name of a resource; UsageError if the stack has none of that name."""
        found = self.resources.get(logical)
        if is_half_deployed(self.status) and not (found and found.physical):
            raise _half_deployed(self.place, self.status)
        if found is None:
            raise UsageError(f"{self.place} has no {logical}: if it is another version of Earshot, deploy this one.")
        return found.physical

    @property
    def table(self) -> str:
        """Return the name of the table that its functions use, its own or a restored one."""
        if (name := self.outputs.get(TABLE_OUTPUT)) is None:
            raise UsageError(f"{self.place} has no output {TABLE_OUTPUT}: if it is another version, deploy this one.")
        return name

    def of_kind(self, kind: str) -> dict[str, Resource]:
        """Return its resources of a CloudFormation type, such as AWS::SQS::Queue, by logical name."""
        return {name: resource for name, resource in self.resources.items() if resource.kind == kind}


def find_stack(stack: str | None, region: str | None = None, profile: str | None = None) -> Stack:
    """Return the deployed stack of that name, without a name the local one.

    Raises UsageError or UnreachableError, both with exit code 2, if there is none.
    """
    if stack is None:
        if region or profile:
            raise UsageError("--region and --profile are for a deployed stack: name it too, with --stack.")
        return _local()
    place = StackPlace(stack, region, is_local=False)
    with plain_errors(place):
        session = _session(profile, region)
        place = StackPlace(stack, session.region_name, is_local=False)
    return _found(place, session, None)


def _local() -> Stack:
    from earshot_cli.local.aws import leave_the_users_account_alone  # noqa: PLC0415 boto3 is dear

    endpoint = engine_endpoint()
    leave_the_users_account_alone(endpoint.token)
    place = StackPlace(LOCAL, None, is_local=True)
    with plain_errors(place):
        return _found(place, _session(None, None), endpoint)


def _session(profile: str | None, region: str | None) -> Any:
    from boto3 import Session  # noqa: PLC0415 boto3 is dear

    return Session(profile_name=profile, region_name=region)


@cache
def _client(session: Any, service: str, endpoint: Endpoint | None) -> Any:
    """Make a client like those of the functions; a local one ignores proxies."""
    from botocore.config import Config  # noqa: PLC0415 boto3 is dear

    retries = {"mode": "standard", "max_attempts": 4}
    config = Config(retries=retries, tcp_keepalive=True, connect_timeout=5)
    if endpoint is not None:
        config = config.merge(Config(proxies={}))
    return session.client(service, endpoint_url=endpoint.url if endpoint else None, config=config)


def _found(place: StackPlace, session: Any, endpoint: Endpoint | None) -> Stack:
    with plain_errors(place):
        cloudformation = _client(session, "cloudformation", endpoint)
        described = _described(place, cloudformation)
        resources = _resources(cloudformation, place.stack)
    if MARKER_RESOURCE not in resources and is_half_deployed(described["StackStatus"]):
        raise _half_deployed(place, described["StackStatus"])
    if MARKER_RESOURCE not in resources:
        raise UsageError(f"{place} is not an Earshot stack (it has no {MARKER_RESOURCE}): is --stack the right name?")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in described.get("Parameters", [])}
    return Stack(place, described["StackStatus"], outputs, resources, session, endpoint, parameters)


def is_half_deployed(status: str) -> bool:
    """Return whether a stack in that state may lack resources of its template."""
    return status in {"ROLLBACK_COMPLETE", "DELETE_COMPLETE"} or not status.endswith("_COMPLETE")


def is_gone(status: str) -> bool:
    """Return whether a resource in that state left its stack: it was deleted, or skipped and so kept outside of it."""
    return status.startswith("DELETE_") and status != "DELETE_FAILED"


def _half_deployed(place: StackPlace, status: str) -> UnreachableError:
    wait, redeploy = "wait until it is finished", "read why in its events, and deploy it again"
    fix = wait if status.endswith("_IN_PROGRESS") else redeploy
    return UnreachableError(f"{place} is only partly deployed ({status}): {fix}.")


def _described(place: StackPlace, cloudformation: Any) -> dict[str, Any]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 boto3 is dear

    try:
        described: dict[str, Any] = cloudformation.describe_stacks(StackName=place.stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise _no_stack(place) from error
        raise
    return described


def _no_stack(place: StackPlace) -> UnreachableError:
    if place.is_local:
        return UnreachableError("The local Earshot is not deployed yet: wait until `make run` prints its address.")
    return UnreachableError(
        f"There is no stack {place.stack!r} in {place.region}: check name, region and account (--region, --profile)."
    )


def _resources(cloudformation: Any, stack: str) -> dict[str, Resource]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        one["LogicalResourceId"]: Resource(
            one["LogicalResourceId"], one.get("PhysicalResourceId", ""), one["ResourceType"], one["ResourceStatus"]
        )
        for page in pages
        for one in page["StackResourceSummaries"]
        if not is_gone(one["ResourceStatus"])
    }
