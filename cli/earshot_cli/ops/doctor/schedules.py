"""The schedules: whether each still rings."""

from dataclasses import dataclass

from earshot_cli.ops.doctor.results import Examined, Finding, counted
from earshot_cli.ops.stack import Stack

SCHEDULE = "AWS::Scheduler::Schedule"


@dataclass(frozen=True)
class Schedule:
    """A schedule as it is; `state` is ENABLED, DISABLED, or GONE."""

    name: str
    state: str


def examine(stack: Stack) -> Examined:
    """Look at every schedule of the stack."""
    schedules = [Schedule(logical, _state(stack, one.physical)) for logical, one in stack.of_kind(SCHEDULE).items()]
    on = sum(schedule.state == "ENABLED" for schedule in schedules)
    return Examined("Schedules", f"{on} of {counted(len(schedules), 'schedule')} enabled", judge(schedules))


def judge(schedules: list[Schedule]) -> list[Finding]:
    """Find schedules that do not ring."""
    return [
        Finding(
            schedule.name,
            f"it is {schedule.state.lower()}, so what it starts does not begin by itself.",
            "Switch it on in EventBridge Scheduler." if schedule.state == "DISABLED" else "Deploy the stack again.",
            "silent-schedule",
        )
        for schedule in schedules
        if schedule.state != "ENABLED"
    ]


def _state(stack: Stack, name: str) -> str:
    scheduler = stack.client("scheduler")
    try:
        # CloudFormation knows a schedule by its name; the group is the default one.
        return str(scheduler.get_schedule(Name=name.rsplit("/", 1)[-1]).get("State", "ENABLED"))
    except scheduler.exceptions.ResourceNotFoundException:
        return "GONE"
