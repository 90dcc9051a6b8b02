"""The rules of the template: which parameters they refuse."""

from typing import Any

from tests.integration.template.stack import source


def refusals(**parameters: str) -> list[str]:
    """Return what the template's rules say to parameters; those that are not given have their defaults."""
    given = {name: str(declared.get("Default", "")) for name, declared in source()["Parameters"].items()} | parameters
    return [
        assertion["AssertDescription"]
        for rule in source()["Rules"].values()
        if holds(rule.get("RuleCondition", True), given)
        for assertion in rule["Assertions"]
        if not holds(assertion["Assert"], given)
    ]


def holds(node: Any, parameters: dict[str, str]) -> Any:
    """Work out the functions that the template's rules use, and no other."""
    if not isinstance(node, dict):
        return node
    ((function, argument),) = node.items()
    if function == "Ref":
        return parameters[argument]
    values = [holds(each, parameters) for each in argument]
    if function == "Fn::Not":
        return not values[0]
    if function == "Fn::Or":
        return any(values)
    assert function == "Fn::Equals", function
    return values[0] == values[1]
