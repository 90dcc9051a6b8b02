"""The AWS account: whether its limits leave room for a stack, before a busy day finds out."""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack

# Below this the consumers of the queues alone may take every run.
LEAST_CONCURRENCY, ENOUGH = 100, 1000
QUOTA = "L-B99A9384"
# So many the local engine runs on the smallest machine, unless the switch says less.
LEAST_OF_A_MACHINE = 16
# AWS keeps so many runs for functions that have reserved none.
LEAST_UNRESERVED = 100
# An access log is allowed by a resource policy of CloudWatch Logs, which holds so many characters. Before it is full,
# CloudWatch Logs allows all groups of this prefix at once, and ours has it.
LONGEST_POLICY, NEARLY_FULL = 5_120, 4_600
DELIVERY, PREFIX = "delivery.logs.", "/aws/vendedlogs/"


@dataclass(frozen=True)
class AccountState:
    """The limits of the account: runs at a time, those of them that nothing has reserved, and the longest log policy.

    Of the policies for log deliveries, that is, those without the prefix of the access log.
    """

    concurrency: int = ENOUGH
    unreserved: int = ENOUGH
    log_policy: int = 0


def check(stack: Stack) -> CheckResult:
    """Read the account's limits; the local engine has only the one that a switch gives it."""
    account = _read_local(stack) if stack.is_local else _read(stack)
    findings = [Finding("Account", f"{fault}.", fix, page) for fault, fix, page in faults(account)]
    return CheckResult("Account", f"{account.concurrency:,} functions at a time", findings)


def faults(account: AccountState) -> Iterator[tuple[str, str, str | None]]:
    """Yield each limit that is too low, how to raise it, and its runbook."""
    if account.concurrency < LEAST_CONCURRENCY:
        ask = f"aws service-quotas request-service-quota-increase --service-code lambda --quota-code {QUOTA}"
        fault = (
            f"it runs at most {account.concurrency} functions at a time, so responses wait behind mails, or get a 503"
        )
        yield fault, f"Ask for {ENOUGH:,} in Service Quotas: `{ask} --desired-value {ENOUGH}`.", "throttles"
    elif account.unreserved < LEAST_UNRESERVED:
        fault = f"only {account.unreserved} runs at a time are not reserved, and AWS wants {LEAST_UNRESERVED}"
        yield fault, "Deploy with ReservedConcurrency=false, or ask for a higher limit in Service Quotas.", "throttles"
    if account.log_policy >= NEARLY_FULL:
        length = f"{account.log_policy:,} of {LONGEST_POLICY:,} characters"
        fault = f"a policy of its log deliveries has {length}, without {PREFIX}"
        fix = (
            "Remove log groups that are gone from it (`aws logs describe-resource-policies`): the access log may stop."
        )
        yield fault, fix, None


def _read_local(stack: Stack) -> AccountState:
    """Return the limit of `EARSHOT_STRICT=concurrency=10`; without it the engine takes what this machine bears."""
    given = stack.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    return AccountState(concurrency=given if given < LEAST_OF_A_MACHINE else ENOUGH)


def _read(stack: Stack) -> AccountState:
    limits = stack.client("lambda").get_account_settings()["AccountLimit"]
    pages = stack.client("logs").get_paginator("describe_resource_policies").paginate()
    policies = [policy.get("policyDocument", "") for page in pages for policy in page["resourcePolicies"]]
    lengths = [len(policy) for policy in policies if DELIVERY in policy and PREFIX not in policy]
    return AccountState(
        concurrency=limits["ConcurrentExecutions"],
        unreserved=limits["UnreservedConcurrentExecutions"],
        log_policy=max(lengths, default=0),
    )
