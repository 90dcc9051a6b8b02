"""All checks of a stack, in the order of a response's journey."""

from collections.abc import Callable
from random import Random

from earshot_cli.client import Client
from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import plain_errors
from earshot_cli.ops.doctor import (
    account,
    api,
    consumers,
    counts,
    deployment,
    functions,
    mail,
    queues,
    roles,
    rules,
    sample_mail,
    schedules,
    stack_secrets,
    stack_status,
    table,
)
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.doctor.results import CheckResult
from earshot_cli.ops.stack import Stack

Check = Callable[[], CheckResult]


def checks_of(stack: Stack, url: str, api_key: str | None, *, send_mail: bool = False) -> dict[str, Check]:
    """Return the checks by name; UnreachableError if not even the template can be read."""
    with plain_errors(stack.place):
        template = DeployedTemplate.of(stack)
    checks = {
        "Stack": lambda: stack_status.check(stack),
        "Account": lambda: account.check(stack),
        "Deployment": lambda: deployment.check(stack),
        "API": lambda: api.check(url, api_key),
        "Queues": lambda: queues.check(stack, template),
        "Consumers": lambda: consumers.check(stack, template),
        "Functions": lambda: functions.check(stack, template),
        "Permissions": lambda: roles.check(stack, template),
        "Table": lambda: table.check(stack, template),
        "Bus and rules": lambda: rules.check(stack, template),
        "Schedules": lambda: schedules.check(stack),
        "Mail": lambda: mail.check(stack, template),
        "Secrets": lambda: stack_secrets.check(stack),
        "Counts": lambda: _counts(url, api_key),
    }
    return checks | ({sample_mail.NAME: lambda: sample_mail.check(stack)} if send_mail else {})


def run(stack: Stack, name: str, check: Check) -> CheckResult:
    """Run a check; one that cannot read its part of the stack says why, and the others still run."""
    try:
        with plain_errors(stack.place):
            return check()
    except CommandError as error:
        return CheckResult(name, "", unchecked=str(error))


def _counts(url: str, api_key: str | None) -> CheckResult:
    if not api_key:
        return CheckResult("Counts", "skipped: needs an API key (EARSHOT_API_KEY or --api-key)")
    return counts.check(Client(url, api_key), Random())  # noqa: S311 - which days are read is no secret
