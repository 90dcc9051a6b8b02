"""The permissions of the template one by one, what the stack decided, and whether anything would miss one of them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from earshot_cli.local.deploy import STACK
from tests.e2e.conftest import Stack as RunningStack
from tests.integration.template.stack import Stack, stack
from tests.integration.template.test_permissions import named

Document = dict[str, Any]


@dataclass(frozen=True)
class Permission:
    """One thing that one holder may do: a role, or the rule that a queue's policy lets in.

    `value` is the family of partition keys or the rule that a statement is held to, "" where it is held to none.
    """

    holder: str
    statement: int
    sid: str
    action: str
    resource_at: int
    resource: str
    value: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.holder, self.sid, self.action, self.resource, self.value) if part)


@dataclass(frozen=True)
class Decision:
    """What a holder asked for, with the keys or the rule it was asked with, and whether it was allowed."""

    holder: str
    action: str
    resource: str
    values: tuple[str, ...]
    allowed: bool

    def __str__(self) -> str:
        return " ".join((self.holder, self.action, self.resource.rpartition(":")[2], *self.values))


def permissions() -> list[Permission]:
    """Every permission of the template as it is deployed here: of the roles, and of the queues' policies."""
    template = stack("local")
    roles = template.of_type("AWS::IAM::Role")
    documents = {
        name: merged([policy["PolicyDocument"] for policy in role["Policies"]]) for name, role in roles.items()
    }
    for policy in template.of_type("AWS::SQS::QueuePolicy").values():
        documents[template.target(policy["Queues"][0])] = policy["PolicyDocument"]
    return [found for holder, document in documents.items() for found in _spelled_out(template, holder, document)]


def merged(documents: Sequence[Document]) -> Document:
    """Return what the policies of a role say together, in their order."""
    return {**documents[0], "Statement": [statement for each in documents for statement in each["Statement"]]}


def policy_names(role: str) -> list[str]:
    """Name a role's policies: its own one first, and those that it shares with others."""
    return [policy["PolicyName"] for policy in stack("local").resources[role]["Properties"]["Policies"]]


def _spelled_out(template: Stack, holder: str, document: Mapping[str, Any]) -> Iterator[Permission]:
    for number, statement in enumerate(document["Statement"]):
        for action in _listed(statement["Action"]):
            for at, resource in enumerate(_distinct(_in_use(each) for each in _listed(statement["Resource"]))):
                for value in _held_to(statement) or [""]:
                    name = value if isinstance(value, str) else template.target(value)
                    yield Permission(holder, number, statement["Sid"], action, at, named(template, resource), name)


def without(document: Document, permission: Permission) -> Document:
    """The document, deployed, less one permission; every other one stays."""
    kept: list[Document] = []
    for number, statement in enumerate(document["Statement"]):
        if number != permission.statement:
            kept.append(statement)
            continue
        kept += _less(statement, permission)
    return {**document, "Statement": kept}


def _less(statement: Document, permission: Permission) -> Iterator[Document]:
    for action in _listed(statement["Action"]):
        for at, resource in enumerate(_distinct(_listed(statement["Resource"]))):
            alone = {**statement, "Action": action, "Resource": resource}
            alone["Sid"] = f"{statement['Sid']}{action.partition(':')[2]}{at}"
            if (action, at) != (permission.action, permission.resource_at):
                yield alone
            elif left := [value for value in _held_to(statement) if not _is(value, permission.value)]:
                # What it is held to comes first; which attributes it may name stays as it is.
                (operator, condition), *others = statement["Condition"].items()
                yield {**alone, "Condition": {operator: dict.fromkeys(condition, left), **dict(others)}}


def _in_use(resource: Any) -> Any:
    """Return what a reference to the other table of a restore means while there is no restore: the table in use."""
    return json.loads(json.dumps(resource).replace("OtherTableArn", "TableInUseArn"))


def _distinct(resources: Iterable[Any]) -> list[Any]:
    return [json.loads(text) for text in dict.fromkeys(map(json.dumps, resources))]


def _is(value: str, name: str) -> bool:
    """Whether a deployed value is the one of the template: a family as it is, a rule by the name it was given."""
    return value == name or f"{STACK}-{name}-" in value


def allows(document: Document, asked: Decision) -> bool:
    """Decide as IAM does: some statement has the action and the resource, and all that was asked with is among its own.

    What is not asked with any key passes every ForAllValues.
    """
    return any(
        asked.action in _listed(statement["Action"])
        and any(fnmatchcase(asked.resource, pattern) for pattern in _listed(statement["Resource"]))
        and all(
            any(fnmatchcase(value, pattern) for pattern in _held_to(statement))
            for value in (asked.values if "Condition" in statement else ())
        )
        for statement in document["Statement"]
    )


def _held_to(statement: Mapping[str, Any]) -> list[Any]:
    """The values of a statement's first condition."""
    for condition in statement.get("Condition", {}).values():
        for values in condition.values():
            return _listed(values)
    return []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class Held:
    """The roles and policies of a stack that runs, by their names in the template, and what was decided by them."""

    def __init__(self, running: RunningStack) -> None:
        self.stack = running
        self._iam, self._sqs = running.client("iam"), running.client("sqs")

    @cached_property
    def names(self) -> dict[str, str]:
        """The name in the template behind each physical one; a queue also goes by the end of its address."""
        pages = self.stack.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        listed = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {each["PhysicalResourceId"].rpartition("/")[2]: each["LogicalResourceId"] for each in listed}

    def physical(self, name: str) -> str:
        return next(physical for physical, logical in self.names.items() if logical == name)

    def document(self, holder: str) -> Document:
        """The policy as it is deployed now; of a role what its policies say together."""
        if holder.endswith("Role"):
            role = self.physical(holder)
            there = set(self._iam.list_role_policies(RoleName=role)["PolicyNames"])
            names = [name for name in policy_names(holder) if name in there]
            return merged(
                [self._iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
            )
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url(holder), AttributeNames=["Policy"])["Attributes"]
        return dict(json.loads(attributes["Policy"]))

    def put(self, holder: str, document: Document) -> None:
        """Replace the policies by one, as somebody does who edits the template and deploys."""
        text = json.dumps(document)
        if holder.endswith("Role"):
            role, (first, *others) = self.physical(holder), policy_names(holder)
            self._iam.put_role_policy(RoleName=role, PolicyName=first, PolicyDocument=text)
            for name in set(others) & set(self._iam.list_role_policies(RoleName=role)["PolicyNames"]):
                self._iam.delete_role_policy(RoleName=role, PolicyName=name)
        else:
            self._sqs.set_queue_attributes(QueueUrl=self._url(holder), Attributes={"Policy": text})

    def decided(self) -> list[Decision]:
        """Every decision so far, each once."""
        lines = (self.stack.local_dir / "decisions.jsonl").read_text().splitlines()
        return [
            Decision(self.names.get(line["holder"], line["holder"]), line["action"], line["resource"],
                     tuple(line["values"]), line["allowed"])
            for line in map(json.loads, lines)
        ]  # fmt: skip

    def _url(self, queue: str) -> str:
        return str(self._sqs.get_queue_url(QueueName=self.physical(queue))["QueueUrl"])


def missed(permission: Permission, document: Document, decided: Sequence[Decision]) -> list[Decision]:
    """What would have been refused, had this permission alone not been there."""
    less = without(document, permission)
    return [asked for asked in decided if asked.allowed and not allows(less, asked)]
