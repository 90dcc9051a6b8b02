"""One word in five places, and a sentence above every resource."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.glossary import explained
from tests.integration.template.handlers import FUNCTIONS
from tests.integration.template.stack import ROOT, pascal, source

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


@pytest.mark.parametrize("resource", source()["Resources"])
def test_a_resource_has_a_sentence_above_it(resource: str) -> None:
    (place,) = [number for number, line in enumerate(LINES) if line == f"  {resource}:"]
    above = LINES[place - 1]

    assert re.fullmatch(r"  # [A-Z].*\.", above)


def test_a_function_is_described_by_the_sentence_above_it() -> None:
    for name, resource in source()["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            above = LINES[LINES.index(f"  {name}:") - 1]
            assert above == f"  # {resource['Properties']['Description']}"


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
