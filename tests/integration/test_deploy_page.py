"""The page about the first deployment: its policy protects data, its permissions reach every service."""

import json
import re
import subprocess

import pytest

from earshot_cli.ops.doctor import account
from tests.integration.template.stack import ROOT, source, stack

PAGE = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
# CloudFormation's name of a service, where IAM calls it something else.
PREFIXES = {"Serverless": "lambda", "ApiGatewayV2": "apigateway"}
# With both domains; nothing of the certificates is read here.
DOMAINS = {"ApiDomain": "api.example.com", "ApiCertificateArn": "arn", "CdnDomain": "survey.example.com"} | {
    "CdnCertificateArn": "arn"
}


def test_the_stack_policy_denies_to_replace_or_delete_the_table_and_each_secret_that_is_kept() -> None:
    policy = json.loads(PAGE.partition("<<'POLICY'\n")[2].partition("\nPOLICY\n")[0])
    allowed, denied = policy["Statement"]
    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert set(denied["Action"]) == {"Update:Replace", "Update:Delete"}
    kinds = ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret")
    holding = {name: resource for name, resource in source()["Resources"].items() if resource.get("Type") in kinds}
    # A deployment removes these two and makes them again, by CrmUrl and CdnDomain.
    made_again = {name for name, resource in holding.items() if resource.get("DeletionPolicy") == "Delete"}
    assert made_again == {"CrmSecret", "CdnSecret"}
    assert all("Condition" in holding[name] for name in made_again)
    assert {name.partition("/")[2] for name in denied["Resource"]} == set(holding) - made_again


def test_every_service_of_the_template_is_among_the_permissions() -> None:
    table = PAGE.partition("| service | actions |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"\w+", " ".join(re.findall(r"^\| ([\w, ]+) \|", table, re.MULTILINE))))
    whole = stack("prod", alarm_email="oncall@example.com", dashboard="true", **DOMAINS)
    kinds = {resource["Type"].split("::")[1] for resource in whole.resources.values()}
    assert {"CloudFront", "SSM"} <= kinds
    assert {PREFIXES.get(kind, kind.lower()) for kind in kinds} <= listed
    assert {"CreateLogDelivery", "PutResourcePolicy", "PassRole", "CreateChangeSet"} <= set(
        re.findall(r"`(\w+)`", table)
    )


@pytest.mark.parametrize(
    ("parameters", "checked"),
    [
        (
            "RestoredTable=earshot-restored CrmUrl=x",
            ".venv/bin/earshot restore --check earshot-restored --stack earshot",
        ),
        (r"RestoredTable=\"\"", ".venv/bin/earshot restore --check  --stack earshot"),
        ("CrmUrl=x", None),
    ],
)
def test_make_deploy_checks_a_restored_table_that_is_given_before_anything_is_deployed(
    parameters: str, checked: str | None
) -> None:
    command = ["make", "-n", "deploy", "STAGE=prod", f"PARAMETERS={parameters}"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    checks = [at for at, line in enumerate(lines) if "restore --check" in line]
    assert [lines[at].strip() for at in checks] == ([checked] if checked else [])
    deployed = next(at for at, line in enumerate(lines) if "sam deploy" in line)
    assert all(at < deployed for at in checks)
    assert parameters in lines[deployed]


def test_metric_filters_and_the_tags_of_functions_have_their_permissions() -> None:
    resources = stack("prod").resources.values()
    assert any(resource["Type"] == "AWS::Logs::MetricFilter" for resource in resources)
    assert any(resource["Type"] == "AWS::Lambda::Function" and resource["Properties"]["Tags"] for resource in resources)
    rows = dict(re.findall(r"^\| (\w+) \| (.+) \|$", PAGE, re.MULTILINE))
    assert all(f"`{action}`" in rows["logs"] for action in ("PutMetricFilter", "DeleteMetricFilter"))
    assert "`TagResource`" in rows["lambda"]


def test_the_quota_and_each_parameter_are_named_as_aws_and_the_template_name_them() -> None:
    assert account.QUOTA in PAGE
    named = set(re.findall(r"`([A-Z]\w+)`", PAGE.partition("## Choose")[2].partition("## Permissions")[0]))
    assert named <= set(source()["Parameters"])
