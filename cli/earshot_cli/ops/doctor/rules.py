"""The bus and its rules: whether published events still reach their queues."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor.deployed_template import DeployedTemplate, logical_name
from earshot_cli.ops.doctor.results import REDEPLOY, CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted, listed

RULE = "AWS::Events::Rule"
BUS = "Bus"


@dataclass(frozen=True)
class Rule:
    """A rule as it is; `misses` are the queues of the template that it does not send to. State may be GONE."""

    name: str
    state: str
    misses: list[str] = field(default_factory=list)


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Check the bus, and every rule and its targets."""
    rules = [_read(stack, name, rule) for name, rule in template.of_kind(RULE).items()]
    on = sum(rule.state == "ENABLED" for rule in rules)
    findings = list(findings_of(rules, has_bus=_has_bus(stack)))
    return CheckResult("Bus and rules", f"{on} of {counted(len(rules), 'rule')} enabled", findings)


def findings_of(rules: list[Rule], *, has_bus: bool) -> Iterator[Finding]:
    """Yield rules that send nothing; without a bus, only that."""
    if not has_bus:
        yield Finding(BUS, "it no longer exists, so no event can be published.", REDEPLOY)
        return
    replay = "then run `earshot replay --since` the moment of the change."
    for rule in rules:
        if rule.state == "GONE":
            yield Finding(rule.name, "it no longer exists.", REDEPLOY)
        elif not rule.state.startswith("ENABLED"):
            fault = f"it is {rule.state.lower()}, so its events are not delivered."
            yield Finding(rule.name, fault, f"Enable it in EventBridge, {replay}")
        elif rule.misses:
            yield Finding(rule.name, f"it does not send to {listed(rule.misses)}.", f"{REDEPLOY[:-1]}, {replay}")


def _has_bus(stack: Stack) -> bool:
    events = stack.client("events")
    try:
        events.describe_event_bus(Name=stack.physical(BUS))
    except events.exceptions.ResourceNotFoundException:
        return False
    return True


def _read(stack: Stack, logical: str, rule: Mapping[str, Any]) -> Rule:
    # CloudFormation knows a rule of a custom bus as `bus|name`.
    bus, _, name = stack.physical(logical).rpartition("|")
    of_bus = {"EventBusName": bus or (stack.physical(BUS) if "EventBusName" in rule else "default")}
    events = stack.client("events")
    try:
        state = events.describe_rule(Name=name, **of_bus).get("State", "ENABLED")
        targets = events.list_targets_by_rule(Rule=name, **of_bus)["Targets"]
    except events.exceptions.ResourceNotFoundException:
        return Rule(logical, "GONE")
    there = {str(one["Arn"]).rsplit(":", 1)[-1] for one in targets}
    wanted = [logical_name(one["Arn"]) for one in rule.get("Targets", ())]
    return Rule(logical, state, [each for each in wanted if stack.physical(each).rsplit("/", 1)[-1] not in there])
