"""The bus and its rules: whether what is announced still reaches its queues."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor.deployed_template import Blueprint, target
from earshot_cli.ops.doctor.results import Examined, Finding, counted, listed
from earshot_cli.ops.stack import Stack

RULE = "AWS::Events::Rule"
BUS = "Bus"


@dataclass(frozen=True)
class Rule:
    """A rule as it is; `misses` are the queues of the template that it does not lead to. State may be GONE."""

    name: str
    state: str
    misses: list[str] = field(default_factory=list)


def examine(stack: Stack, blueprint: Blueprint) -> Examined:
    """Look at the bus, and at every rule and its targets."""
    has_bus, rules = _has_bus(stack), [_read(stack, *one) for one in sorted(blueprint.of_kind(RULE).items())]
    on = sum(rule.state == "ENABLED" for rule in rules)
    return Examined("Bus and rules", f"{on} of {counted(len(rules), 'rule')} enabled", judge(rules, has_bus=has_bus))


def judge(rules: list[Rule], *, has_bus: bool) -> list[Finding]:
    """Find rules that lead nowhere."""
    if not has_bus:
        return [Finding(BUS, "it is not there any more, so nothing can be announced.", "Deploy the stack again.")]
    return [finding for rule in rules for finding in _judge(rule)]


def _judge(rule: Rule) -> Iterator[Finding]:
    if rule.state == "GONE":
        yield Finding(rule.name, "it is not there any more.", "Deploy the stack again.")
    elif not rule.state.startswith("ENABLED"):
        yield Finding(
            rule.name,
            f"it is {rule.state.lower()}, so the events it is for reach nobody.",
            "Enable it in EventBridge, then `earshot replay --since` the moment it was switched off.",
        )
    elif rule.misses:
        yield Finding(
            rule.name,
            f"it does not lead to {listed(rule.misses)}.",
            "Deploy the stack again, then `earshot replay --since` the moment it was changed.",
        )


def _has_bus(stack: Stack) -> bool:
    events = stack.client("events")
    try:
        events.describe_event_bus(Name=stack.physical(BUS))
    except events.exceptions.ResourceNotFoundException:
        return False
    return True


def _read(stack: Stack, logical: str, said: Any) -> Rule:
    # CloudFormation knows a rule of a bus of one's own as `bus|name`.
    bus, _, name = stack.physical(logical).rpartition("|")
    of_bus = {"EventBusName": bus or (stack.physical(BUS) if "EventBusName" in said else "default")}
    events = stack.client("events")
    try:
        state = events.describe_rule(Name=name, **of_bus).get("State", "ENABLED")
        targets = events.list_targets_by_rule(Rule=name, **of_bus)["Targets"]
    except events.exceptions.ResourceNotFoundException:
        return Rule(logical, "GONE")
    leads_to = {str(one["Arn"]).rsplit(":", 1)[-1] for one in targets}
    wanted = [target(one["Arn"]) for one in said.get("Targets", ())]
    return Rule(logical, state, [name for name in wanted if stack.physical(name).rsplit("/", 1)[-1] not in leads_to])
