"""The rules of the template: which parameters they refuse."""

from collections.abc import Callable
from typing import Any

from tests.integration.template.stack import source

# What a stack in production cannot do without.
PRODUCTION = {
    "Stage": "prod",
    "MailFrom": "survey@acme.com",
    "MailIdentity": "acme.com",
    "CdnDomain": "ask.acme.com",
    "CdnCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/abc",
}


FUNCTIONS: dict[str, Callable[..., bool]] = {
    "Fn::And": lambda *values: all(values),
    "Fn::Contains": lambda values, value: value in values,
    "Fn::Equals": lambda one, other: one == other,
    "Fn::Not": lambda value: not value,
    "Fn::Or": lambda *values: any(values),
}


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
    return FUNCTIONS[function](*(holds(each, parameters) for each in argument))
