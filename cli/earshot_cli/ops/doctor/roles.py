"""The roles: whether each permission of the template is still there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor.deployed_template import Blueprint
from earshot_cli.ops.doctor.results import Examined, Finding, counted, listed
from earshot_cli.ops.stack import Stack

ROLE = "AWS::IAM::Role"


@dataclass(frozen=True)
class Role:
    """A role as it is, held against the template: what it lacks, each as `Sid (actions)`."""

    name: str
    lacks: list[str] = field(default_factory=list)
    is_there: bool = True


def examine(stack: Stack, blueprint: Blueprint) -> Examined:
    """Compare the policies of every role with those of the template, by statement and action."""
    roles = list(_read(stack, blueprint))
    return Examined("Permissions", f"{counted(len(roles), 'role')} as the template says", judge(roles))


def judge(roles: list[Role]) -> list[Finding]:
    """Find permissions that were taken away."""
    return [finding for role in roles for finding in _judge(role)]


def _judge(role: Role) -> Iterator[Finding]:
    if not role.is_there:
        yield Finding(role.name, "it is gone, so what it is for may do nothing.", "Deploy the stack again.")
    elif role.lacks:
        yield Finding(
            role.name,
            f"it lacks {listed(role.lacks)}, so what needs that is refused.",
            "Give it back: deploy the stack again (if nothing changes, change the role's description with it).",
            "function-errors",
        )


def _read(stack: Stack, blueprint: Blueprint) -> Iterator[Role]:
    iam = stack.client("iam")
    for logical, said in sorted(blueprint.of_kind(ROLE).items()):
        try:
            lacks = [
                lack for policy in said.get("Policies", ()) for lack in _lacks(iam, stack.physical(logical), policy)
            ]
        except iam.exceptions.NoSuchEntityException:
            yield Role(logical, is_there=False)
        else:
            yield Role(logical, lacks)


def _lacks(iam: Any, role: str, policy: Mapping[str, Any]) -> list[str]:
    try:
        there = iam.get_role_policy(RoleName=role, PolicyName=policy["PolicyName"])["PolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        iam.get_role(RoleName=role)  # raises if it is the role itself that is gone
        there = {"Statement": []}
    return missing(policy["PolicyDocument"], there)


def missing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Name the actions that one policy allows and the other does not, by statement."""
    allowed = {statement.get("Sid"): set(_many(statement["Action"])) for statement in _many(there["Statement"])}
    lacks = []
    for statement in _many(wanted["Statement"]):
        sid = statement.get("Sid")
        if gone := [action for action in _many(statement["Action"]) if action not in allowed.get(sid, ())]:
            lacks.append(f"{sid} ({', '.join(gone)})")
    return lacks


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
