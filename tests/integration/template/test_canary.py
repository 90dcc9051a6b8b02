"""A canary is for production: no other stage has requests enough to try a version with."""

import pytest

from tests.integration.template.rules import PRODUCTION, refusals
from tests.integration.template.stack import ROOT, Stack, pascal, stack

TRIED = {"submit_response", "record_responses", "serve_pages", "serve_widget"}


@pytest.fixture(scope="module")
def canary() -> Stack:
    return stack("prod", Canary="true")


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_a_canary_outside_of_production_is_refused(stage: str) -> None:
    (refusal,) = refusals(Stage=stage, Canary="true")

    assert 'Canary is for Stage "prod" only' in refusal


def test_production_may_have_one() -> None:
    assert refusals(**PRODUCTION, Canary="true") == []


def test_the_busiest_functions_are_switched_in_steps_and_back_by_their_own_alarm(canary: Stack) -> None:
    groups = canary.of_type("AWS::CodeDeploy::DeploymentGroup")

    assert set(groups) == {f"{pascal(name)}FunctionDeploymentGroup" for name in TRIED}
    for name in TRIED:
        group, function = groups[f"{pascal(name)}FunctionDeploymentGroup"], f"{pascal(name)}Function"
        (watched,) = group["AlarmConfiguration"]["Alarms"]
        alarm = canary.resources[watched["Name"]["Ref"]]["Properties"]
        dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
        assert dimensions == {
            "FunctionName": {"Ref": function},
            "Resource": {"Fn::Join": [":", [{"Ref": function}, "live"]]},
        }
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert canary.resources[f"{function}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]


def test_without_a_canary_there_is_nothing_of_it(variant: Stack) -> None:
    kinds = {resource["Type"] for resource in variant.resources.values()}

    assert not [kind for kind in kinds if "CodeDeploy" in kind]
    assert not [name for name in variant.resources if name.endswith("LiveAlarm")]
    assert not [name for name, resource in variant.resources.items() if "UpdatePolicy" in resource]


def test_its_alarms_notify_somebody_who_finds_a_page(canary: Stack) -> None:
    page = (ROOT / "docs/runbooks/releases.md").read_text(encoding="utf-8")
    for name in TRIED:
        alarm = canary.resources[f"{pascal(name)}LiveAlarm"]["Properties"]
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["AlarmDescription"].endswith("(docs/runbooks/releases.md)")
        assert f"`{pascal(name)}LiveAlarm`" in page
