"""A stand-in for CloudFormation and the functions' mappings: one stack, whose updates fail where a test wants it.

An update takes some looks to end. It changes resources type by type, and takes everything back if one of them fails,
as CloudFormation does: the mapping of a stream is replaced, so the old one is there, as it was, until all is done.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.integration.template.stack import ROOT, stack

NAME = "earshot"
REGION, ACCOUNT = "eu-central-1", "123456789012"
PARAMETER, ROLE, FUNCTION, MAPPING = (
    "AWS::SSM::Parameter",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::EventSourceMapping",
)
# The order in which an update changes resources.
TYPES = (PARAMETER, ROLE, FUNCTION, MAPPING)
# The template as it was deployed, and the bucket of its packages.
ORIGINAL = (ROOT / "template.yaml").read_text(encoding="utf-8")
BUCKET = "packages"
# How often a stack is looked at until an update has ended.
LOOKS = 3
PARAMETERS = {
    "Stage": "prod",
    "CrmUrl": "****",
    "Canary": "true",
    "Consumers": "on",
    "RestoredTable": "",
    "RestoredStreamArn": "",
    "OtherTable": "",
}


def _error(message: str, code: str = "ValidationError") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "UpdateStack")


@dataclass
class State:
    """What the stack is made of: its parameters, the table that its functions use, and its mappings."""

    parameters: dict[str, str]
    table: str
    # By logical name: the id, what it reads, its state.
    mappings: dict[str, tuple[str, str, str]]


@dataclass
class CloudFormation:
    """The stack; `fail` names the types of resources whose change fails, `gone` is a code package that is missing."""

    own_table: str
    own_stream: str
    fail: set[str] = field(default_factory=set)
    is_package_gone: bool = False
    stays_updating: bool = False
    refuses_values: bool = False
    last_result: str = "OK"
    ended: Callable[[], None] = lambda: None
    status: str = "UPDATE_COMPLETE"
    calls: list[Mapping[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.resources = stack().resources
        self._made = 0
        mappings = {
            name: (self._next(), self._source(resource), "Enabled")
            for name, resource in self.resources.items()
            if resource["Type"] == MAPPING
        }
        self.state = State(dict(PARAMETERS), self.own_table, mappings)
        self._next_state: State | None = None
        self._looks = 0
        self.exceptions = SimpleNamespace(ClientError=ClientError)

    # CloudFormation, as the command calls it.

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - as boto3 names it
        assert StackName == NAME
        self._look()
        described = {
            "StackStatus": self.status,
            "Outputs": [{"OutputKey": "TableName", "OutputValue": self.state.table}],
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value} for name, value in self.state.parameters.items()
            ],
        }
        return {"Stacks": [described]}

    def get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:  # noqa: N803
        assert StackName == NAME
        processed = json.dumps({"Resources": self.resources}, default=str)
        return {"TemplateBody": {"Processed": processed, "Original": ORIGINAL}[TemplateStage]}

    def get_paginator(self, call: str) -> "Pages":
        return Pages({"list_stack_resources": self._listed, "describe_stack_events": self._happened}[call])

    def update_stack(
        self,
        StackName: str,  # noqa: N803
        TemplateURL: str,  # noqa: N803
        Parameters: list[dict[str, Any]],  # noqa: N803
        Capabilities: list[str],  # noqa: N803
    ) -> None:
        assert StackName == NAME
        bucket, _, key = TemplateURL.removeprefix(f"https://s3.{REGION}.amazonaws.com/").partition("/")
        template = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        assert template == ORIGINAL, "the processed one has old values in the place of parameters"
        if self.status.endswith("_IN_PROGRESS"):
            raise _error(f"Stack:{NAME} is in {self.status} state and can not be updated.")
        if not {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"} <= set(Capabilities):
            raise _error("Requires capabilities : [CAPABILITY_AUTO_EXPAND]", "InsufficientCapabilitiesException")
        assert {one["ParameterKey"] for one in Parameters} == self.state.parameters.keys(), "else it takes the default"
        given = {one["ParameterKey"]: one["ParameterValue"] for one in Parameters if "ParameterValue" in one}
        wanted = self.state.parameters | given
        if bool(wanted["RestoredTable"]) != bool(wanted["RestoredStreamArn"]):
            raise _error("Template error: rule ARestoredTableHasAStream failed")
        if wanted == self.state.parameters or self.refuses_values:
            raise _error("No updates are to be performed.")
        self.calls.append(given)
        self._looks, self.status = LOOKS, "UPDATE_IN_PROGRESS"
        self._note(NAME, "AWS::CloudFormation::Stack", "UPDATE_IN_PROGRESS")
        self._next_state = self._planned(wanted)

    # Lambda, as far as the command asks it.

    def get_event_source_mapping(self, UUID: str) -> dict[str, Any]:  # noqa: N803
        for name, (uuid, source, state) in self.state.mappings.items():
            if uuid == UUID:
                function = str(self.resources[name]["Properties"]["FunctionName"])
                arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
                found = {"UUID": uuid, "EventSourceArn": source, "State": state, "FunctionArn": arn}
                return {**found, "LastProcessingResult": self.last_result}
        raise _error(f"no mapping {UUID}", "ResourceNotFoundException")

    # What becomes of an update.

    def end(self) -> None:
        """Bring an update that is under way to its end."""
        while self._next_state is not None:
            self._look()

    def _look(self) -> None:
        if self._next_state is None:
            return
        self._looks -= 1
        if self._looks > 0:
            return
        failed = self._failing(self._next_state)
        if failed is None:
            self.state, self.status = self._next_state, "UPDATE_COMPLETE"
        else:
            self._note(*failed)
            self.status = "UPDATE_ROLLBACK_COMPLETE"
        self._next_state = None
        self.ended()

    def _planned(self, parameters: dict[str, str]) -> State:
        table = parameters["RestoredTable"] or self.own_table
        stream = parameters["RestoredStreamArn"] or self.own_stream
        on = "Enabled" if parameters["Consumers"] == "on" else "Updating" if self.stays_updating else "Disabled"
        mappings = {}
        for name, (uuid, source, state) in self.state.mappings.items():
            if ":dynamodb:" not in source:
                mappings[name] = (uuid, source, on)
            else:
                mappings[name] = (uuid, source, state) if source == stream else (self._next(), stream, "Enabled")
        return State(parameters, table, mappings)

    def _failing(self, planned: State) -> tuple[str, str, str, str] | None:
        """Return the first resource that cannot be changed, and why; None if all can."""
        is_switched = planned.table != self.state.table
        is_allowed_more = planned.parameters["OtherTable"] != self.state.parameters["OtherTable"]
        changed = {
            PARAMETER: is_switched or is_allowed_more,
            ROLE: is_switched or is_allowed_more,
            FUNCTION: is_switched,
            MAPPING: planned.mappings != self.state.mappings,
        }
        for kind in TYPES:
            name = next((name for name, resource in self.resources.items() if resource["Type"] == kind), kind)
            if changed[kind] and kind == FUNCTION and self.is_package_gone:
                why = "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: no such key."
                return name, kind, "UPDATE_FAILED", why
            if changed[kind] and kind in self.fail:
                return name, kind, "UPDATE_FAILED", "as the test wants it"
        return None

    def _listed(self) -> dict[str, Any]:
        listed = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": self._physical(name),
                "ResourceType": resource["Type"],
                "ResourceStatus": "UPDATE_COMPLETE",
            }
            for name, resource in self.resources.items()
        ]
        # A resource that the stack let go may be listed for ninety days.
        gone = {**listed[0], "LogicalResourceId": "Former", "ResourceStatus": "DELETE_SKIPPED"}
        return {"StackResourceSummaries": [*listed, gone]}

    def _physical(self, name: str) -> str:
        if name in self.state.mappings:
            return self.state.mappings[name][0]
        return self.own_table if name == "Table" else name

    def _happened(self) -> dict[str, Any]:
        return {"StackEvents": list(reversed(self.events))}

    def _note(self, name: str, kind: str, status: str, why: str = "") -> None:
        self.events.append(
            {"LogicalResourceId": name, "ResourceType": kind, "ResourceStatus": status, "ResourceStatusReason": why}
        )

    def _source(self, mapping: Mapping[str, Any]) -> str:
        source = str(mapping["Properties"]["EventSourceArn"])
        queue = next((name for name in self.queues if f"'{name}'" in source), None)
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}" if queue else self.own_stream

    @property
    def queues(self) -> list[str]:
        return [name for name, resource in self.resources.items() if resource["Type"] == "AWS::SQS::Queue"]

    def _next(self) -> str:
        self._made += 1
        return f"mapping-{self._made}"


@dataclass(frozen=True)
class Pages:
    """A paginator of one page."""

    page: Callable[[], dict[str, Any]]

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert StackName == NAME
        yield self.page()
