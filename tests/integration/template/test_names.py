"""One word in five places, and a sentence above every resource."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.glossary import explained
from tests.integration.template.handlers import FUNCTIONS
from tests.integration.template.stack import ROOT, pascal, source, stack, translated_with

# Names that are unique for another reason: within a function, an API or a role, or as a domain of the user's.
NAMED_ELSEWHERE = {
    "AWS::Lambda::Alias",
    "AWS::ApiGatewayV2::Stage",
    "AWS::IAM::Policy",
    "AWS::ApiGatewayV2::DomainName",
}
LINES = (ROOT / "template.yaml").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_its_word_in_every_place(function: str) -> None:
    resources = source()["Resources"]

    assert resources[f"{pascal(function)}Function"]["Properties"]["CodeUri"] == f"functions/{function}"
    assert resources[f"{pascal(function)}Role"]["Type"] == "AWS::IAM::Role"
    assert list((ROOT / "events" / function).glob("*.json"))
    assert (ROOT / "tests/unit/functions" / f"test_{function}.py").is_file()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_folder_holds_one_module(function: str) -> None:
    files = {path.name for path in (ROOT / "functions" / function).iterdir() if path.name != "__pycache__"}

    assert files == {"app.py", "openapi.json"} if function == "serve_openapi" else {"app.py"}


def test_every_function_of_the_template_has_a_folder() -> None:
    resources = source()["Resources"]
    named = [name for name, resource in resources.items() if resource["Type"] == "AWS::Serverless::Function"]

    assert sorted(named) == sorted(f"{pascal(name)}Function" for name in FUNCTIONS)


def test_a_function_folder_names_what_its_function_does() -> None:
    for name in FUNCTIONS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)


def test_a_resource_or_a_loop_that_makes_some_has_a_sentence_above_it() -> None:
    # A function's own description says what it does, and its role stands below it.
    resources = source()["Resources"]
    described = {name for name, each in resources.items() if each["Type"] == "AWS::Serverless::Function"}
    roles = {f"{name.removesuffix('Function')}Role" for name in described}
    written = {place: line.strip()[:-1] for place, line in enumerate(LINES) if re.fullmatch(r"  [A-Z][\w:]*:", line)}
    for place, name in written.items():
        if (name in resources and name not in described | roles) or name.startswith("Fn::ForEach::"):
            assert re.fullmatch(r"  # [A-Z].*\.", LINES[place - 1]), name
    for name in roles:
        assert LINES.index(f"  {name}:") > LINES.index(f"  {name.removesuffix('Role')}Function:"), name


def test_a_function_describes_itself_in_a_sentence() -> None:
    for name, resource in source()["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            assert re.fullmatch(r"[A-Z].*\.", resource["Properties"]["Description"]), name


def test_two_stacks_of_an_account_do_not_share_a_name() -> None:
    # Of a name of its own CloudFormation cannot make a second one, and the layers of two stacks would be one.
    certified = {"CdnCertificateArn": "arn:cdn", "ApiCertificateArn": "arn:api"}
    whole = stack("prod", dashboard="true", CdnDomain="ask.acme.com", ApiDomain="api.acme.com", **certified)
    given = {}
    for name, resource in whole.resources.items():
        kind = resource["Type"]
        for field in ("Name", "LayerName", f"{kind.rpartition('::')[2]}Name"):
            if field in resource.get("Properties", {}) and kind not in NAMED_ELSEWHERE:
                given[name] = str(resource["Properties"][field])
    assert given.keys() >= {"Bus", "AccessLog", "Dashboard", "MailEvents", "CdnFunction"}
    assert [name for name in given if name.startswith("CoreLayer")]
    # An API's id is as good: there is no second one in an account.
    assert {name: text for name, text in given.items() if not re.search(r"AWS::StackName|\$\{Api\}", text)} == {}


def test_a_bus_may_have_a_name_of_its_own() -> None:
    assert translated_with().resources["Bus"]["Properties"]["Name"] == {"Ref": "AWS::StackName"}
    assert translated_with(BusName="events").resources["Bus"]["Properties"]["Name"] == "events"


def test_the_template_stays_readable_and_far_from_the_limits_of_cloudformation() -> None:
    # Alert rules and destinations brought two functions, with their roles, and a queue.
    assert len(LINES) <= 3_000
    assert max(map(len, LINES)) <= 140
    # And the console five, with theirs: 3 KB each, and with a permission for each route.
    assert (ROOT / "template.yaml").stat().st_size <= 155_000
    assert len(stack("prod", alarm_email="oncall@example.com").resources) <= 400


def names_in(node: Any) -> Iterator[str]:
    """Yield the names that a template gives: of resources and what belongs to them, and of statements."""
    if isinstance(node, list):
        for part in node:
            yield from names_in(part)
    if isinstance(node, dict):
        yield from map(str, node)
        yield from filter(None, [node.get("Sid")])
        for part in node.values():
            yield from names_in(part)


def test_no_name_of_the_template_has_a_word_that_the_glossary_refuses() -> None:
    assert explained(names_in(source())) == []


def test_the_template_fits_its_stages() -> None:
    parameters = source()["Parameters"]

    assert parameters["Stage"]["AllowedValues"] == ["local", "dev", "prod"]
    assert parameters["HighVolume"]["Default"] == "false"
    # CloudWatch keeps logs for some lengths only; cfn-lint compares them with its own list.
    assert 45 not in parameters["LogRetentionDays"]["AllowedValues"]
    assert parameters["LogRetentionDays"]["Default"] in parameters["LogRetentionDays"]["AllowedValues"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("", True),
        ("https://crm.example.com/hooks/1", True),
        ("http://127.0.0.1:9000/crm", True),
        ("http://localhost:9000", True),
        ("http://crm.example.com", False),
        ("http://localhost.example.com", False),
        ("ftp://crm.example.com", False),
        ("https://", False),
    ],
)
def test_the_crm_is_reached_over_https_or_on_this_machine(url: str, allowed: bool) -> None:
    assert bool(re.search(source()["Parameters"]["CrmUrl"]["AllowedPattern"], url)) is allowed
