"""The functions: there, set up as the template says, and not failing or held back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from earshot_cli.ops.doctor.deployed_template import Blueprint
from earshot_cli.ops.doctor.metrics import Metric, Series, read_metrics
from earshot_cli.ops.doctor.results import Examined, Finding, counted, listed
from earshot_cli.ops.stack import Stack

FUNCTION = "AWS::Lambda::Function"
TABLE = "EARSHOT_TABLE"
RESTING = frozenset({"Active", "Inactive", "ActiveNonInvocable", ""})


@dataclass(frozen=True)
class Function:
    """A function as it is; `missing` are variables the template gives it, errors and throttles are of the last hour."""

    name: str
    state: str = "Active"
    missing: list[str] = field(default_factory=list)
    other_table: str | None = None
    reserved: int | None = None
    errors: int = 0
    throttles: int = 0
    invocations: int = 0
    is_there: bool = True


def examine(stack: Stack, blueprint: Blueprint) -> Examined:
    """Look at the configuration of every function, and at what CloudWatch counted in the last hour."""
    functions = list(_read(stack, blueprint))
    runs, errors = sum(f.invocations for f in functions), sum(f.errors for f in functions)
    seen = (
        f"{counted(len(functions), 'function')}, {counted(runs, 'run')} and {counted(errors, 'error')} in the last hour"
    )
    return Examined("Functions", seen, judge(functions))


def judge(functions: list[Function]) -> list[Finding]:
    """Find functions that are gone, changed by hand, switched off, failing or throttled."""
    return [finding for function in functions for finding in _judge(function)]


def _judge(function: Function) -> Iterator[Finding]:
    again = "Deploy the stack again."
    if not function.is_there:
        yield Finding(function.name, "it is not there any more.", again)
        return
    if function.state not in RESTING:
        yield Finding(function.name, f"its state is {function.state}.", again)
    if function.missing:
        lacks = listed(function.missing)
        yield Finding(function.name, f"its configuration lacks {lacks}, which the template sets.", again)
    if function.other_table:
        yield Finding(
            function.name, f"it works on the table {function.other_table}, not on the stack's.", again, "restore"
        )
    yield from _judge_runs(function)


def _judge_runs(function: Function) -> Iterator[Finding]:
    if function.reserved == 0:
        yield Finding(
            function.name,
            "its reserved concurrency is 0, so it never runs.",
            f"Run `aws lambda delete-function-concurrency --function-name {function.name}` with its physical name.",
            "throttles",
        )
    if function.errors:
        runs = f"{function.errors:,} of {counted(function.invocations, 'run')}"
        yield Finding(
            function.name, f"{runs} failed in the last hour.", "Read its log for the reason.", "function-errors"
        )
    if function.throttles:
        yield Finding(
            function.name,
            f"{counted(function.throttles, 'run')} of the last hour had to wait: Lambda throttled it.",
            "Raise the account's concurrency, or see what else of the account runs.",
            "throttles",
        )


def _read(stack: Stack, blueprint: Blueprint) -> Iterator[Function]:
    declared = blueprint.of_kind(FUNCTION)
    measured = read_metrics(stack, _metrics(stack, sorted(declared)))
    client = stack.client("lambda")
    for logical, said in sorted(declared.items()):
        physical = stack.physical(logical)
        try:
            told = client.get_function(FunctionName=physical)
        except client.exceptions.ResourceNotFoundException:
            yield Function(logical, is_there=False)
            continue
        configuration = told["Configuration"]
        given = configuration.get("Environment", {}).get("Variables", {})
        yield Function(
            logical,
            configuration.get("State", ""),
            _missing(said, given),
            _other_table(given, stack.physical("Table")),
            told.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
            errors=_total(measured, physical, "Errors"),
            throttles=_total(measured, physical, "Throttles"),
            invocations=_total(measured, physical, "Invocations"),
        )


def _missing(said: Any, given: dict[str, str]) -> list[str]:
    """Name the variables that the template gives without a condition, and that are not there."""
    wanted = said.get("Environment", {}).get("Variables", {})
    return sorted(name for name, value in wanted.items() if name not in given and "Fn::If" not in str(value))


def _other_table(given: dict[str, str], table: str) -> str | None:
    works_on = given.get(TABLE)
    return works_on if works_on and works_on != table else None


def _metrics(stack: Stack, functions: list[str]) -> list[Metric]:
    return [
        _metric(stack.physical(function), name)
        for function in functions
        for name in ("Errors", "Throttles", "Invocations")
    ]


def _metric(physical: str, name: str) -> Metric:
    return Metric("AWS/Lambda", name, "FunctionName", physical, "Sum")


def _total(measured: Series, physical: str, name: str) -> int:
    return round(sum(measured.get(_metric(physical, name), ())))
