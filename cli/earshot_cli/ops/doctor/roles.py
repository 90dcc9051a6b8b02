"""The roles: whether each permission of the template is still there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from earshot_cli.ops.doctor.deployed_template import DeployedTemplate, logical_name
from earshot_cli.ops.doctor.results import REDEPLOY, CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted, listed

ROLE = "AWS::IAM::Role"
POLICY = "AWS::IAM::Policy"


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Compare the policies of every role with those of the template, by statement and action."""
    roles = template.of_kind(ROLE)
    policies = {name: [*role.get("Policies", ()), *shared(template, name)] for name, role in roles.items()}
    findings = [each for name, own in policies.items() for each in findings_of(name, _read(stack, name, own))]
    return CheckResult("Permissions", f"{counted(len(roles), 'role')} compared with the template", findings)


def shared(template: DeployedTemplate, role: str) -> Iterator[Mapping[str, Any]]:
    """Yield the policies that a role has in common with others."""
    for policy in template.of_kind(POLICY).values():
        if role in map(logical_name, policy["Roles"]):
            yield policy


def findings_of(role: str, lacks: list[str] | None) -> Iterator[Finding]:
    """Yield what a role lacks, each as `Sid (actions)`; None means that the role is gone."""
    if lacks is None:
        yield Finding(role, "it no longer exists, so its function may do nothing.", REDEPLOY)
    elif lacks:
        fix = f"{REDEPLOY[:-1]} (if nothing changes, change the role's description too)."
        yield Finding(role, f"it lacks {listed(lacks)}, so those calls are refused.", fix, "function-errors")


def missing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Return the actions that one policy allows and the other does not, by statement."""
    allowed = {statement.get("Sid"): set(_many(statement["Action"])) for statement in _many(there["Statement"])}
    lacks = []
    for statement in _unconditional(wanted):
        sid = statement.get("Sid")
        if gone := [action for action in _many(statement["Action"]) if action not in allowed.get(sid, ())]:
            lacks.append(f"{sid} ({', '.join(gone)})")
    return lacks


def _unconditional(policy: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the statements that every stack has; what a parameter leaves out is nothing that a role lacks."""
    yield from (statement for statement in _many(policy["Statement"]) if "Fn::If" not in statement)


def _read(stack: Stack, logical: str, policies: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """Return what a role lacks of its policies; None if it is gone."""
    iam, name = stack.client("iam"), stack.physical(logical)
    try:
        return [lack for policy in policies for lack in _lacks(iam, name, policy)]
    except iam.exceptions.NoSuchEntityException:
        return None


def _lacks(iam: Any, role: str, policy: Mapping[str, Any]) -> list[str]:
    try:
        there = iam.get_role_policy(RoleName=role, PolicyName=policy["PolicyName"])["PolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        iam.get_role(RoleName=role)  # raises if it is the role itself that is gone
        there = {"Statement": []}
    return missing(policy["PolicyDocument"], there)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
