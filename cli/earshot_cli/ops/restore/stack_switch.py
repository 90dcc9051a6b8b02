"""The switch: three operations of CloudFormation after which the stack's table is the restored one.

Each starts from the stack's own state, so that an interrupted switch continues where it stopped.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from earshot_cli.errors import CommandError
from earshot_cli.ops.doctor.deployed_template import read_template
from earshot_cli.ops.restore.template_rewrite import TABLE, Names, Template, attached, detached, marker_of
from earshot_cli.ops.stack import Stack

KIND = "AWS::DynamoDB::Table"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
POLL_SECONDS = 0.5
LONGEST_SECONDS = 3600

Report = Callable[[str], None]


@dataclass(frozen=True)
class Switch:
    """What leads a stack from its table to another; `bucket` holds templates, which are too long for a request."""

    stack: Stack
    names: Names
    bucket: str
    report: Report

    def run(self) -> None:
        """Bring the stack to the restored table, from wherever an earlier run left it."""
        self._settled()
        now = read_template(self.stack)
        if marker_of(now) is None:
            if self._table() == self.names.name:
                return
            self._keep(now)
            self.report("The old table leaves the stack (it is kept); everything leads to the restored one")
            self._update(json.dumps(detached(now, self.names), default=str))
        if self._table() is None:
            self.report("The restored table takes its place in the stack")
            self._import()
        self.report("The stack's template is the deployed one again")
        self._update(self._read("original"))

    def _keep(self, processed: Template) -> None:
        """Keep the template as it was deployed, word for word, and as CloudFormation processed it."""
        cloudformation = self.stack.client("cloudformation")
        body = cloudformation.get_template(StackName=self.stack.name, TemplateStage="Original")["TemplateBody"]
        self._put("original", body if isinstance(body, str) else json.dumps(body, default=str))
        self._put("processed", json.dumps(processed, default=str))

    def _import(self) -> None:
        cloudformation, change = self.stack.client("cloudformation"), f"restore-{time.time_ns()}"
        whole = attached(read_template(self.stack), json.loads(self._read("processed")))
        cloudformation.create_change_set(
            StackName=self.stack.name,
            ChangeSetName=change,
            ChangeSetType="IMPORT",
            TemplateURL=self._put("step", json.dumps(whole, default=str)),
            Parameters=self._parameters(),
            Capabilities=CAPABILITIES,
            ResourcesToImport=[
                {
                    "ResourceType": KIND,
                    "LogicalResourceId": TABLE,
                    "ResourceIdentifier": {"TableName": self.names.name},
                }
            ],
        )
        self._wait_for_change_set(change)
        cloudformation.execute_change_set(StackName=self.stack.name, ChangeSetName=change)
        self._wait("IMPORT_COMPLETE")

    def _update(self, template: str) -> None:
        self.stack.client("cloudformation").update_stack(
            StackName=self.stack.name,
            TemplateURL=self._put("step", template),
            Parameters=self._parameters(),
            Capabilities=CAPABILITIES,
        )
        self._wait("UPDATE_COMPLETE")

    def _parameters(self) -> list[dict[str, Any]]:
        described = self._described().get("Parameters", [])
        return [{"ParameterKey": one["ParameterKey"], "UsePreviousValue": True} for one in described]

    def _wait(self, status: str) -> None:
        """Wait for the end of an operation; CommandError with CloudFormation's reason if it went wrong."""
        described = self._settled()
        if described["StackStatus"] != status:
            reason = described.get("StackStatusReason", "the stack's events say why").rstrip(".")
            raise CommandError(
                f"The stack's status is {described['StackStatus']} ({reason}): fix that, and run the same command "
                "again: it continues there."
            )

    def _settled(self) -> dict[str, Any]:
        deadline = time.monotonic() + LONGEST_SECONDS
        while (described := self._described())["StackStatus"].endswith("_IN_PROGRESS"):
            if time.monotonic() > deadline:
                raise CommandError("CloudFormation has not finished after an hour: run the same command again.")
            time.sleep(POLL_SECONDS)
        return described

    def _wait_for_change_set(self, change: str) -> None:
        while True:
            described = self.stack.client("cloudformation").describe_change_set(
                StackName=self.stack.name, ChangeSetName=change
            )
            if described["Status"] == "CREATE_COMPLETE":
                return
            if described["Status"] == "FAILED":
                raise CommandError(f"CloudFormation does not import {self.names.name}: {described.get('StatusReason')}")
            time.sleep(POLL_SECONDS)

    def _described(self) -> dict[str, Any]:
        described = self.stack.client("cloudformation").describe_stacks(StackName=self.stack.name)
        return dict(described["Stacks"][0])

    def _table(self) -> str | None:
        """Return the name of the table that the stack has as its own; None while it has none."""
        pages = self.stack.client("cloudformation").get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=self.stack.name):
            for one in page["StackResourceSummaries"]:
                if one["LogicalResourceId"] == TABLE and one["ResourceStatus"] != "DELETE_COMPLETE":
                    return str(one["PhysicalResourceId"])
        return None

    def _put(self, name: str, template: str) -> str:
        """Keep a template in the bucket; its address, as CloudFormation wants it."""
        s3, key = self.stack.client("s3"), self._key(name)
        s3.put_object(Bucket=self.bucket, Key=key, Body=template.encode())
        if self.stack.endpoint:
            return f"{self.stack.endpoint.url}/{self.bucket}/{key}"
        return f"https://{self.bucket}.s3.{s3.meta.region_name}.amazonaws.com/{key}"

    def _read(self, name: str) -> str:
        body: bytes = self.stack.client("s3").get_object(Bucket=self.bucket, Key=self._key(name))["Body"].read()
        return body.decode()

    def _key(self, name: str) -> str:
        return f"earshot-restore/{self.stack.name}/{self.names.name}/{name}.json"


def bucket_of(processed: Template) -> str | None:
    """Return the name of the bucket that the stack's functions were deployed from; None if the template names none."""
    for resource in processed["Resources"].values():
        code = resource.get("Properties", {}).get("Code")
        if isinstance(code, dict) and isinstance(code.get("S3Bucket"), str):
            return str(code["S3Bucket"])
    return None
