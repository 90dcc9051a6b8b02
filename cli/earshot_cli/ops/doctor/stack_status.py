"""The stack in CloudFormation: whether the last deployment succeeded."""

from collections.abc import Iterator, Mapping

from earshot_cli.ops.doctor.results import REDEPLOY, CheckResult, Finding
from earshot_cli.ops.stack import Resource, Stack
from earshot_cli.phrases import counted

DEPLOYED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
ROLLED_BACK = frozenset({"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})


def check(stack: Stack) -> CheckResult:
    """Check the status of the stack and of each resource."""
    summary = f"{stack.status}, {counted(len(stack.resources), 'resource')}"
    return CheckResult("Stack", summary, list(findings_of(stack.name, stack.status, stack.resources)))


def findings_of(stack: str, status: str, resources: Mapping[str, Resource]) -> Iterator[Finding]:
    """Yield what the last deployment left incomplete."""
    if status in ROLLED_BACK:
        yield Finding(stack, "the last deployment failed and was rolled back.", "Read why in the stack's events.")
    elif status.endswith("_IN_PROGRESS"):
        yield Finding(stack, f"it is being changed ({status}).", "Wait until that is over and run the doctor again.")
    elif status not in DEPLOYED:
        yield Finding(stack, f"its status is {status}.", "Read why in the stack's events, and deploy it again.")
    for resource in resources.values():
        if resource.status.endswith("_FAILED"):
            yield Finding(resource.logical, f"its status is {resource.status}.", REDEPLOY)
