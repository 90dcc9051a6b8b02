"""The functions: whether each exists, is configured as the template says, and runs without errors or throttling."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor import released
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.doctor.metrics import Metric, read_metrics
from earshot_cli.ops.doctor.released import Release
from earshot_cli.ops.doctor.results import REDEPLOY, CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted, listed

FUNCTION = "AWS::Lambda::Function"
TABLE = "EARSHOT_TABLE"
READY = frozenset({"Active", "Inactive", "ActiveNonInvocable", ""})


@dataclass(frozen=True)
class Function:
    """A function as it runs; `missing` are variables the template sets, errors and throttles are of the last hour."""

    name: str
    state: str = "Active"
    missing: list[str] = field(default_factory=list)
    other_table: str | None = None
    reserved: int | None = None
    errors: int = 0
    throttles: int = 0
    invocations: int = 0
    exists: bool = True
    release: Release = field(default_factory=Release)


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Check the configuration of every function, and what CloudWatch counted in the last hour."""
    functions = list(_read(stack, template))
    runs, errors = sum(f.invocations for f in functions), sum(f.errors for f in functions)
    totals = f"{counted(runs, 'run')} and {counted(errors, 'error')} in the last hour"
    findings = [Finding(function.name, *fault) for function in functions for fault in faults(function)]
    return CheckResult("Functions", f"{counted(len(functions), 'function')}, {totals}", findings)


def faults(function: Function) -> Iterator[tuple[str, str, str | None]]:
    """Yield each fault of a function: it is gone, changed by hand, switched off, failing or throttled."""
    if not function.exists:
        yield "it no longer exists.", REDEPLOY, None
        return
    yield from released.faults(function.release)
    if function.state not in READY:
        yield f"its state is {function.state}.", REDEPLOY, None
    if function.missing:
        yield f"its configuration lacks {listed(function.missing)}, which the template sets.", REDEPLOY, None
    if function.other_table:
        yield f"it uses the table {function.other_table}, not the stack's.", REDEPLOY, "restore"
    if function.reserved == 0:
        command = f"aws lambda delete-function-concurrency --function-name {function.name}"
        yield (
            "its reserved concurrency is 0, so it never runs.",
            f"Run `{command}` with its physical name.",
            "throttles",
        )
    if function.errors:
        runs = f"{function.errors:,} of {counted(function.invocations, 'run')}"
        yield f"{runs} failed in the last hour.", "Read its log for the reason.", "function-errors"
    if function.throttles:
        fault = f"Lambda throttled {counted(function.throttles, 'run')} in the last hour."
        yield fault, "Raise the account's concurrency, or see what else in the account runs.", "throttles"


def _read(stack: Stack, template: DeployedTemplate) -> Iterator[Function]:
    declared = template.of_kind(FUNCTION)
    names = ("Errors", "Throttles", "Invocations")
    measured = read_metrics(stack, [_metric(stack.physical(each), name) for each in declared for name in names])
    client = stack.client("lambda")
    for logical, wanted in declared.items():
        physical = stack.physical(logical)
        try:
            found = client.get_function(FunctionName=physical)
        except client.exceptions.ResourceNotFoundException:
            yield Function(logical, exists=False)
            continue
        live = released.configuration(client, physical)
        if live is None:
            yield Function(logical, release=Release(is_live=False))
            continue
        variables = live.get("Environment", {}).get("Variables", {})
        table = variables.get(TABLE)
        totals = {name: round(sum(measured.get(_metric(physical, name), ()))) for name in names}
        yield Function(
            logical,
            live.get("State", ""),
            _missing(wanted, variables),
            table if table and table != stack.table else None,
            found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
            errors=totals["Errors"],
            throttles=totals["Throttles"],
            invocations=totals["Invocations"],
            release=Release(
                differs=released.differences(found["Configuration"], live),
                shifting=released.other_versions(client, physical),
            ),
        )


def _missing(wanted: Any, found: dict[str, str]) -> list[str]:
    """Return the variables that the template sets without a condition, and that are not there."""
    declared = wanted.get("Environment", {}).get("Variables", {})
    return sorted(name for name, value in declared.items() if name not in found and "Fn::If" not in str(value))


def _metric(physical: str, name: str) -> Metric:
    return Metric("AWS/Lambda", name, "FunctionName", physical, "Sum")
