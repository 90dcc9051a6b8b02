"""The limits of an account: each one that is too low is a finding that says how to raise it."""

import json
from dataclasses import replace

import pytest

from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.doctor.account import AccountState, check, faults
from earshot_cli.ops.doctor.results import Finding
from tests.unit.cli.ops.doctor.stubbed import stack_with


def test_an_account_with_the_usual_limits_is_well() -> None:
    assert list(faults(AccountState())) == []
    assert list(faults(AccountState(concurrency=100, unreserved=100, log_policy=4_599))) == []


@pytest.mark.parametrize(
    ("changed", "fault", "fix"),
    [
        ({"concurrency": 10, "unreserved": 10}, "it runs at most 10 functions at a time", "--quota-code L-B99A9384"),
        ({"concurrency": 99}, "it runs at most 99 functions", "Ask for 1,000 in Service Quotas"),
        ({"unreserved": 99}, "only 99 runs at a time are not reserved", "ReservedConcurrency=false"),
        ({"log_policy": 4_600}, "4,600 of 5,120 characters, without /aws/vendedlogs/", "describe-resource-policies"),
    ],
)
def test_a_limit_that_is_too_low_is_reported(changed: dict[str, int], fault: str, fix: str) -> None:
    ((found, how, _),) = faults(replace(AccountState(), **changed))
    assert fault in found
    assert fix in how


def test_what_a_new_account_replies_is_one_finding() -> None:
    stack = stack_with(
        {
            "lambda": [
                (
                    "get_account_settings",
                    {"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}},
                )
            ],
            "logs": [("describe_resource_policies", {"resourcePolicies": [{"policyDocument": "x" * 100}]})],
        }
    )
    (finding,) = check(stack).findings
    assert finding.runbook == "throttles"
    assert "10 functions at a time" in finding.sentence


@pytest.mark.parametrize(("limit", "number"), [(10, 1), (16, 0), (40, 0), (1000, 0)])
def test_of_the_local_engine_only_the_limit_of_a_switch_is_a_finding(limit: int, number: int) -> None:
    limits = {"AccountLimit": {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit}}
    deployed = stack_with({"lambda": [("get_account_settings", limits)]})
    local = replace(deployed, place=StackPlace("earshot", None, is_local=True))
    assert len(check(local).findings) == number


def with_log_policies(*documents: str) -> list[Finding]:
    """Check an account with these resource policies of its logs, and the usual limits."""
    limits = {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}}
    policies = {"resourcePolicies": [{"policyDocument": document} for document in documents]}
    stack = stack_with(
        {"lambda": [("get_account_settings", limits)], "logs": [("describe_resource_policies", policies)]}
    )
    return check(stack).findings


def log_policy(length: int, *groups: str, service: str = "delivery.logs.amazonaws.com") -> str:
    """Return a policy that lets a service write to log groups, filled up with others to a length."""
    arns = [f"arn:aws:logs:eu-central-1:123456789012:log-group:{group}:log-stream:*" for group in groups]
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "logs:PutLogEvents", "Resource": arns}
    written = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return written.replace('"Resource": [', f'"Resource": ["{"x" * (length - len(written) - 4)}", ')


def test_the_longest_of_the_log_policies_counts() -> None:
    assert len(log_policy(5_000, "api")) == 5_000
    (finding,) = with_log_policies(log_policy(500, "api"), log_policy(5_000, "api"), log_policy(700, "api"))
    assert "5,000 of 5,120" in finding.fault


def test_a_full_log_policy_that_lets_the_access_log_pass_is_no_finding() -> None:
    assert with_log_policies(log_policy(5_000, "/aws/vendedlogs/*")) == []


def test_a_log_policy_of_another_service_may_be_full() -> None:
    assert with_log_policies(log_policy(5_000, "dns", service="route53.amazonaws.com")) == []
