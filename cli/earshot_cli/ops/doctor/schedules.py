"""The schedules: whether each is on."""

from collections.abc import Iterator

from earshot_cli.ops.doctor.results import REDEPLOY, CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted

SCHEDULE = "AWS::Scheduler::Schedule"


def check(stack: Stack) -> CheckResult:
    """Check every schedule of the stack."""
    states = {name: _state(stack, schedule.physical) for name, schedule in stack.of_kind(SCHEDULE).items()}
    on = sum(state == "ENABLED" for state in states.values())
    findings = [finding for name, state in states.items() for finding in findings_of(name, state)]
    return CheckResult("Schedules", f"{on} of {counted(len(states), 'schedule')} enabled", findings)


def findings_of(schedule: str, state: str) -> Iterator[Finding]:
    """Yield a finding if a schedule's state (ENABLED, DISABLED or GONE) keeps it from starting anything."""
    if state != "ENABLED":
        fix = "Enable it in EventBridge Scheduler." if state == "DISABLED" else REDEPLOY
        yield Finding(schedule, f"it is {state.lower()}, so it starts nothing.", fix, "silent-schedule")


def _state(stack: Stack, name: str) -> str:
    scheduler = stack.client("scheduler")
    try:
        # CloudFormation knows a schedule by its name; the group is the default one.
        return str(scheduler.get_schedule(Name=name.rsplit("/", 1)[-1]).get("State", "ENABLED"))
    except scheduler.exceptions.ResourceNotFoundException:
        return "GONE"
