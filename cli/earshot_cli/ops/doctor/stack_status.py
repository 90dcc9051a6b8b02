"""The stack as CloudFormation sees it: whether the last deployment ended well."""

from collections.abc import Mapping

from earshot_cli.ops.doctor.results import Examined, Finding, counted
from earshot_cli.ops.stack import Resource, Stack

STANDING = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
ROLLED_BACK = frozenset({"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})


def examine(stack: Stack) -> Examined:
    """Look at the stack and at each of its resources."""
    seen = f"{stack.status}, {counted(len(stack.resources), 'resource')}"
    return Examined("Stack", seen, judge(stack.name, stack.status, stack.resources))


def judge(name: str, status: str, resources: Mapping[str, Resource]) -> list[Finding]:
    """Find what the last deployment left half done."""
    return [*_of_the_stack(name, status), *_of_resources(resources)]


def _of_the_stack(name: str, status: str) -> list[Finding]:
    if status in STANDING:
        return []
    if status in ROLLED_BACK:
        return [Finding(name, "the last deployment failed and was taken back.", "Read why in the stack's events.")]
    if status.endswith("_IN_PROGRESS"):
        return [Finding(name, f"it is being changed ({status}).", "Wait until that is over and look again.")]
    return [Finding(name, f"it stands at {status}.", "Read why in the stack's events, and deploy it again.")]


def _of_resources(resources: Mapping[str, Resource]) -> list[Finding]:
    return [
        Finding(resource.logical, f"CloudFormation says {resource.status}.", "Deploy the stack again.")
        for resource in resources.values()
        if resource.status.endswith("_FAILED")
    ]
