"""The page about the first deployment: its policy protects data, its permissions reach every service."""

import json
import re

from earshot_cli.ops.doctor import account
from tests.integration.template.stack import ROOT, source, stack

PAGE = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
# CloudFormation's name of a service, where IAM calls it something else.
PREFIXES = {"Serverless": "lambda", "ApiGatewayV2": "apigateway"}


def test_the_stack_policy_denies_to_replace_or_delete_the_table_and_each_secret() -> None:
    policy = json.loads(PAGE.partition("<<'POLICY'\n")[2].partition("\nPOLICY\n")[0])
    allowed, denied = policy["Statement"]
    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert set(denied["Action"]) == {"Update:Replace", "Update:Delete"}
    kinds = ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret")
    kept = {name for name, resource in source()["Resources"].items() if resource.get("Type") in kinds}
    assert {name.partition("/")[2] for name in denied["Resource"]} == kept


def test_every_service_of_the_template_is_among_the_permissions() -> None:
    table = PAGE.partition("| service | actions |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"\w+", " ".join(re.findall(r"^\| ([\w, ]+) \|", table, re.MULTILINE))))
    kinds = {resource["Type"].split("::")[1] for resource in stack("prod").resources.values()}
    assert {PREFIXES.get(kind, kind.lower()) for kind in kinds} <= listed
    assert {"CreateLogDelivery", "PutResourcePolicy", "PassRole", "CreateChangeSet"} <= set(
        re.findall(r"`(\w+)`", table)
    )


def test_the_quota_and_each_parameter_are_named_as_aws_and_the_template_name_them() -> None:
    assert account.QUOTA in PAGE
    named = set(re.findall(r"`([A-Z]\w+)`", PAGE.partition("## Choose")[2].partition("## Permissions")[0]))
    assert named <= set(source()["Parameters"])
