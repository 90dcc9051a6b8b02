"""What is deployed is live: each change that reaches a function gives it a version, and all that calls it calls `live`.

The template is translated as SAM does it, and versions are compared as CloudFormation does: another logical id is
another version, and so is another description, which cannot be updated.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from tests.integration.template.stack import Stack, defaults, pascal, source, translated

FUNCTION, VERSION, ALIAS = "AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias"
LIVE = "FunctionAliaslive"
LONGEST_DESCRIPTION = 256
IN_SUB = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z]+))?\}")
# What Lambda keeps for the function as a whole, for all of its versions.
OF_ALL_VERSIONS = {"ReservedConcurrentExecutions", "RecursiveLoop", "Tags", "FunctionName"}
# Another value for each parameter that has a pattern of its own.
OTHER = {
    "Stage": "prod",
    "BusName": "other",
    "RestoredTable": "restored-table",
    "MailFrom": "other@example.com",
    "PublicUrl": "https://other.example.com",
    "PeopleRetentionDays": "90",
    "CrmUrl": "https://other.example.com/hook",
}

Parameters = Mapping[str, Any]


@cache
def deployed(**packages: str) -> dict[str, Any]:
    """Return the translated template."""
    return translated(source(), defaults(), **packages)


def functions() -> list[str]:
    return sorted(name for name, one in deployed()["Resources"].items() if one["Type"] == FUNCTION)


def versions(template: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return each function's version: its logical id and its description."""
    found = [(name, one["Properties"]) for name, one in template["Resources"].items() if one["Type"] == VERSION]
    return {of["FunctionName"]["Ref"]: (name, of.get("Description")) for name, of in found}


def reaches(template: Mapping[str, Any], node: Any) -> Iterator[str]:
    """Yield the parameters and conditions that the value of a node depends on, through named resources too."""
    match node:
        case {"Ref": str(name)}:
            yield from _through(template, name, "")
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            yield from _through(template, name, attribute)
        case {"Fn::Sub": argument}:
            text, values = argument if isinstance(argument, list) else (argument, {})
            for name, attribute in IN_SUB.findall(text):
                yield from reaches(template, values[name]) if name in values else _through(template, name, attribute)
        case {"Fn::If": [str(condition), yes, no]}:
            yield condition
            yield from reaches(template, [yes, no])
        case dict() | list():
            for item in node.values() if isinstance(node, dict) else node:
                yield from reaches(template, item)


def _through(template: Mapping[str, Any], name: str, attribute: str) -> Iterator[str]:
    """A resource brings what it is named after, and one that only holds a value brings that."""
    if name in template["Parameters"]:
        yield name
    properties = template["Resources"].get(name, {}).get("Properties", {})
    for key, value in properties.items():
        if key.endswith("Name") or key == attribute:
            yield from reaches(template, value)


def configuration(template: Mapping[str, Any], function: str) -> set[str]:
    """Return what the parts of a function depend on that a version keeps."""
    properties = template["Resources"][function]["Properties"]
    return set(reaches(template, {key: each for key, each in properties.items() if key not in OF_ALL_VERSIONS}))


def parameters_of(template: Mapping[str, Any], condition: str) -> set[str]:
    return set(reaches(template, template["Conditions"][condition]))


def names(template: Mapping[str, Any], found: set[str]) -> set[str]:
    """Return the parameters among these, and those of the conditions among them."""
    conditions = found & set(template["Conditions"])
    return (found - conditions) | {each for one in conditions for each in parameters_of(template, one)}


def uncovered(template: Mapping[str, Any], found: set[str], by: set[str]) -> set[str]:
    """Return what is not said by others: a condition is if it is among them, or all of its parameters are."""
    conditions = template["Conditions"]
    return {one for one in found - by if one not in conditions or not parameters_of(template, one) <= by}


@pytest.mark.parametrize("function", functions())
def test_a_parameter_that_reaches_a_function_is_in_the_description_of_its_version(function: str) -> None:
    template = deployed()
    described = set(reaches(template, versions(template)[function][1]))

    assert uncovered(template, configuration(template, function), described) == set()


@pytest.mark.parametrize("function", functions())
def test_a_description_holds_nothing_else_or_lambda_would_have_no_version_to_publish(function: str) -> None:
    template = deployed()
    described = set(reaches(template, versions(template)[function][1]))

    assert names(template, described) <= names(template, configuration(template, function))


@pytest.mark.parametrize("function", functions())
def test_a_description_is_short_enough_and_shows_nothing_that_is_hidden(function: str) -> None:
    declared = source()["Parameters"]
    description = versions(deployed())[function][1]
    shown = set(reaches(deployed(), description)) & set(declared)

    assert not [name for name in shown if declared[name].get("NoEcho")]
    assert longest(description) <= LONGEST_DESCRIPTION


def longest(node: Any) -> int:
    """Return how many characters a text may have, with the longest values of its parameters and conditions."""
    match node:
        case {"Fn::If": [_, yes, no]}:
            return max(longest(yes), longest(no))
        case {"Fn::Sub": argument}:
            text, values = argument if isinstance(argument, list) else (argument, {})
            used = [longest(values.get(name, {"Ref": name})) for name, _ in IN_SUB.findall(text)]
            return sum(used) + len(IN_SUB.sub("", text))
        case {"Ref": str(name)}:
            of = source()["Parameters"][name]
            if "MaxValue" in of:
                return len(str(of["MaxValue"]))
            return int(of.get("MaxLength") or max(map(len, of["AllowedValues"])))
    return len(node)


def test_a_changed_layer_gives_every_function_a_version() -> None:
    before, after = versions(deployed()), versions(deployed(CoreLayer="other"))

    assert [function for function in functions() if before[function][0] == after[function][0]] == []


@pytest.mark.parametrize("function", functions())
def test_changed_code_of_one_function_gives_it_a_version_and_no_other(function: str) -> None:
    before, after = versions(deployed()), versions(deployed(**{function: "other"}))

    assert [name for name in functions() if before[name] != after[name]] == [function]


@pytest.mark.parametrize("parameter", sorted(source()["Parameters"]))
def test_a_changed_parameter_gives_those_a_version_that_it_reaches_and_no_other(parameter: str) -> None:
    """CloudFormation works out the values before SAM translates, since the template has loops, or after it."""
    here, there = defaults(), {**defaults(), parameter: OTHER.get(parameter) or other(parameter)}
    reached = {name for name in functions() if parameter in names(deployed(), configuration(deployed(), name))}

    for first, second in (
        (released(deployed(), here), released(deployed(), there)),
        tuple(released(translated(filled(source(), values), values), values) for values in (here, there)),
    ):
        assert {function for function in functions() if first[function] != second[function]} == reached


def other(parameter: str) -> str:
    declared = source()["Parameters"][parameter]
    values = [str(each) for each in declared.get("AllowedValues", ()) if each != declared.get("Default")]
    return values[0] if values else f"{declared.get('Default') or ''}1"


def released(template: Mapping[str, Any], values: Parameters) -> dict[str, tuple[str, Any]]:
    """Return each function's version as CloudFormation sees it in the end, with the values of parameters."""
    conditions = {one: _holds(test, values) for one, test in template["Conditions"].items()}
    return {name: (of, _filled(text, values, conditions)) for name, (of, text) in versions(template).items()}


def _holds(node: Any, values: Parameters) -> Any:
    match node:
        case {"Fn::Not": [inner]}:
            return not _holds(inner, values)
        case {"Fn::And": parts}:
            return all(_holds(part, values) for part in parts)
        case {"Fn::Equals": [left, right]}:
            return _holds(left, values) == _holds(right, values)
        case {"Ref": name}:
            return values[name]
    return node


def filled(template: Mapping[str, Any], values: Parameters) -> dict[str, Any]:
    """Return a template with the values of its parameters in place of the references."""
    return {**template, "Resources": _filled(template["Resources"], values, None)}


def _filled(node: Any, values: Parameters, conditions: Mapping[str, bool] | None) -> Any:
    match node:
        case {"Ref": str(name)} if name in values:
            return values[name]
        case {"Fn::Sub": argument}:
            text, others = argument if isinstance(argument, list) else (argument, {})
            known = {**values, **_filled(others, values, conditions)}
            done = IN_SUB.sub(lambda it: str(known[it[1]]) if isinstance(known.get(it[1]), str) else it[0], text)
            return done if "${" not in done else {"Fn::Sub": [done, known] if others else done}
        case {"Fn::If": [str(condition), yes, no]} if conditions is not None:
            return _filled(yes if conditions[condition] else no, values, conditions)
        case dict():
            return {key: _filled(value, values, conditions) for key, value in node.items()}
        case list():
            return [_filled(item, values, conditions) for item in node]
    return node


def test_every_function_has_one_version_and_the_alias_live(variant: Stack) -> None:
    aliases = variant.of_type(ALIAS)

    assert set(aliases) == {f"{pascal(name)}{LIVE}" for name in variant.functions}
    for name, alias in aliases.items():
        function = name.removesuffix(LIVE) + "Function"
        version = alias["FunctionVersion"]["Fn::GetAtt"][0]
        assert (alias["Name"], alias["FunctionName"]) == ("live", {"Ref": function})
        assert variant.resources[version]["Properties"]["FunctionName"] == {"Ref": function}
    assert len(variant.of_type(VERSION)) == len(variant.functions)


def test_what_calls_a_function_calls_its_alias(variant: Stack) -> None:
    called = [each["FunctionName"] for each in variant.mappings.values()]
    called += [each["FunctionName"] for each in variant.of_type("AWS::Lambda::Permission").values()]
    called += [
        variables["EARSHOT_ASK_BY_ADDRESS"]
        for variables in _variables(variant)
        if "EARSHOT_ASK_BY_ADDRESS" in variables
    ]
    called += [resource for action, resource in _granted(variant) if action == "lambda:InvokeFunction"]
    called.append(deployed()["Outputs"]["KeysFunction"]["Value"])

    assert [each for each in called if not variant.is_alias(each.get("Ref", ""))] == []
    (api,) = variant.of_type("AWS::ApiGatewayV2::Api").values()
    uris = re.findall(r"functions/\$\{([^}]+)\}/invocations", json.dumps(api["Body"]))
    assert uris
    assert [name for name in uris if not variant.is_alias(name)] == []


def test_a_version_that_was_replaced_is_not_kept(variant: Stack) -> None:
    """A kept one of a failed deployment would be in the way of the next: Lambda publishes nothing twice."""
    policies = {one["DeletionPolicy"] for one in variant.resources.values() if one["Type"] == VERSION}

    assert policies == {"Delete"}


def _variables(variant: Stack) -> Iterator[Mapping[str, Any]]:
    for function in variant.functions.values():
        yield function["Environment"]["Variables"]


def _granted(variant: Stack) -> Iterator[tuple[str, Any]]:
    for role in variant.of_type("AWS::IAM::Role").values():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                for action in statement["Action"]:
                    yield action, statement["Resource"]
