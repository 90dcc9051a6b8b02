"""What a first deployment leaves as it was: each is a finding, and only production needs protection."""

from dataclasses import replace
from typing import Any

import pytest

from earshot_cli.ops.doctor.deployment import Deployment, check, faults
from tests.unit.cli.ops.doctor.stubbed import stack_with

GOOD = {
    "Stage": "prod",
    "MailFrom": "survey@acme.com",
    "MailIdentity": "acme.com",
    "PublicUrl": "https://survey.acme.com",
    "AlarmEmail": "ops@acme.com",
    "MonthlyBudget": "50",
}
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"MailIdentity": "survey@acme.com"},
        {"MailFrom": "Survey@mail.acme.com"},
        {"PublicUrl": "", "CdnDomain": "survey.acme.com"},
        {"PublicUrl": "", "ApiDomain": "api.acme.com"},
    ],
)
def test_a_deployment_with_all_its_parameters_is_well(changed: dict[str, str]) -> None:
    assert list(faults(Deployment(GOOD | changed))) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"MailFrom": "survey@example.com", "MailIdentity": "example.com"}, "mails would come from survey@example.com"),
        ({"MailIdentity": "example.com"}, "which nobody can verify"),
        ({"MailFrom": "survey@other.com"}, "MailFrom survey@other.com is outside MailIdentity acme.com"),
        ({"MailFrom": "survey@notacme.com"}, "outside MailIdentity"),
        ({"MailIdentity": "other@acme.com"}, "outside MailIdentity"),
        ({"PublicUrl": ""}, "links in mails name API Gateway's own address"),
        ({"AlarmEmail": ""}, "no alarm reaches anybody"),
        ({"MonthlyBudget": "0"}, "there is no budget"),
    ],
)
def test_a_parameter_that_was_left_is_reported(changed: dict[str, str], message: str) -> None:
    ((fault, _),) = faults(Deployment(GOOD | changed))
    assert message in fault


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"protected": False}, "termination protection is off"),
        ({"unconfirmed": True}, "ops@acme.com has not confirmed its subscription"),
        ({"certificates": {"ApiCertificateArn": "PENDING_VALIDATION"}}, "ApiCertificateArn is PENDING_VALIDATION"),
    ],
)
def test_what_aws_waits_for_is_reported(changed: dict[str, Any], message: str) -> None:
    ((fault, _),) = faults(replace(Deployment(GOOD), **changed))
    assert message in fault


def test_a_stack_that_is_tried_needs_no_domain_protection_or_alarms() -> None:
    tried = Deployment(
        GOOD | {"Stage": "dev", "PublicUrl": "", "AlarmEmail": "", "MonthlyBudget": "0"}, protected=False
    )
    assert list(faults(tried)) == []


def described(protected: bool = True, **parameters: str) -> tuple[str, Any]:
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in (GOOD | parameters).items()]
    stack = {"StackName": "mine", "CreationTime": "2026-11-30", "StackStatus": "CREATE_COMPLETE"}
    return "describe_stacks", {"Stacks": [{**stack, "Parameters": given, "EnableTerminationProtection": protected}]}


def subscribed(*arns: str) -> tuple[str, Any]:
    found = [{"SubscriptionArn": arn, "Protocol": "email", "Endpoint": "ops@acme.com"} for arn in arns]
    return "list_subscriptions_by_topic", {"Subscriptions": found}


@pytest.mark.parametrize(("arns", "number"), [(("PendingConfirmation",), 1), ((), 1), ((f"{TOPIC}:1",), 0)])
def test_whether_the_address_confirmed_is_read_of_the_topic(arns: tuple[str, ...], number: int) -> None:
    replies = {"cloudformation": [described()], "sns": [subscribed(*arns)]}
    assert len(check(stack_with(replies, {"AlarmTopic": TOPIC})).findings) == number


def test_protection_and_certificate_are_read_of_aws() -> None:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/0b1c2d3e-0000-4000-8000-000000000000"
    replies = {
        "cloudformation": [described(protected=False, CdnCertificateArn=arn)],
        "sns": [subscribed(f"{TOPIC}:1")],
        "acm": [("describe_certificate", {"Certificate": {"Status": "PENDING_VALIDATION"}})],
    }
    found = {finding.fault for finding in check(stack_with(replies, {"AlarmTopic": TOPIC})).findings}
    assert found == {
        "the certificate of CdnCertificateArn is PENDING_VALIDATION.",
        "its termination protection is off, so one command deletes the stack.",
    }
