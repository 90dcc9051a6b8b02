"""What a stack in production cannot be deployed without: its own addresses; the local engine applies the same rules."""

import json
import re
import subprocess

import pytest

from tests.integration.template.rules import PRODUCTION, refusals
from tests.integration.template.stack import ROOT, defaults, source

ENGINE = ROOT / ".venv-engine/bin/python"
EVALUATE = """
import json, sys
from ministack.services.cloudformation import engine
template, given = json.load(sys.stdin)
try:
    engine._evaluate_rules(template, {name: {"Value": value} for name, value in given.items()}, {})
except ValueError as error:
    print(error)
"""
EXAMPLE, NO_ADDRESS = "needs your own MailFrom and MailIdentity", "needs CdnDomain, ApiDomain or PublicUrl"
API = {"ApiDomain": "api.acme.com", "ApiCertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/abc"}
BARE = {**PRODUCTION, "CdnDomain": "", "CdnCertificateArn": ""}
CASES: list[tuple[dict[str, str], str | None]] = [
    (PRODUCTION, None),
    (BARE | API, None),
    (BARE | {"PublicUrl": "https://ask.acme.com"}, None),
    (BARE, NO_ADDRESS),
    (PRODUCTION | {"MailFrom": "survey@example.com"}, EXAMPLE),
    (PRODUCTION | {"MailIdentity": "example.com"}, EXAMPLE),
    (PRODUCTION | {"MailIdentity": "example.org"}, EXAMPLE),
    (PRODUCTION | {"MailIdentity": "myexample.com"}, None),
    ({"Stage": "dev"}, None),
    ({"Stage": "local"}, None),
]


@pytest.mark.parametrize(("given", "refused"), CASES)
def test_production_needs_addresses_of_its_own_and_no_other_stage_does(
    given: dict[str, str], refused: str | None
) -> None:
    found = refusals(**given)
    assert len(found) == (refused is not None)
    assert (refused or "") in "".join(found)


@pytest.mark.parametrize(("given", "refused"), [*CASES, (BARE | {"Stage": "dev", "Canary": "true"}, "Canary is for")])
def test_the_local_engine_refuses_the_same(given: dict[str, str], refused: str | None) -> None:
    template = {name: source()[name] for name in ("Parameters", "Rules")}
    parameters = {name: str(value) for name, value in (defaults() | given).items()}
    both = json.dumps([template, parameters])
    found = subprocess.run([str(ENGINE), "-c", EVALUATE], input=both, capture_output=True, text=True, check=True)
    assert (refused in found.stdout) if refused else not found.stdout


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("", True),
        ("http://127.0.0.1:8080", True),
        ("https://ask.acme.com", True),
        ("https://myexample.com", True),
        ("https://example.company", True),
        ("https://example.com", False),
        ("https://ask.example.com", False),
        ("https://ask.example.org:8443", False),
        ("https://ask.acme.com/path", False),
    ],
)
def test_links_lead_to_no_example(address: str, allowed: bool) -> None:
    pattern = source()["Parameters"]["PublicUrl"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, address)) is allowed
