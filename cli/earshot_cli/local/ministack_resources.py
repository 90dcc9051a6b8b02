"""Refuses resources that CloudFormation would not make on AWS, and makes what MiniStack leaves out of functions.

Loaded by ministack_main.py in the engine's own Python, where the values of parameters are resolved. MiniStack checks
parameters, rules and queues by itself, and accepts functions, mappings, tables, log groups, alarms, roles and
schedules with any values. A refusal fails the deployment, as on AWS. Of a function MiniStack ignores `RecursiveLoop`
and `ReservedConcurrentExecutions`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.services import lambda_svc, sqs
from ministack.services.cloudformation import provisioners

Properties = Mapping[str, Any]
Faults = Iterator[str]

# The days for which CloudWatch keeps logs.
RETENTION = frozenset(
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
)
# AWS's default limit of concurrent runs in an account, and how many of them must stay unreserved.
ACCOUNT_CONCURRENCY, UNRESERVED = 1000, 100
VARIABLES_BYTES, POLICIES_CHARACTERS = 4096, 10_240
# What a table on demand takes a second at once, in units, when it is new.
LEAST_WARM = {"WriteUnitsPerSecond": 4_000, "ReadUnitsPerSecond": 12_000}
LOG_GROUP_NAME = re.compile(r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}")
HOUR, DAY, WEEK = 3600, 86_400, 604_800


def check_resources(concurrency: int | None) -> None:
    """Check each resource before it is made or changed; `concurrency` is the account's (None: as most have)."""
    checks: dict[str, Callable[[Properties], Faults]] = {
        "AWS::Lambda::Function": lambda given: faults_of_function(given, concurrency or ACCOUNT_CONCURRENCY),
        "AWS::Lambda::EventSourceMapping": faults_of_mapping,
        "AWS::DynamoDB::Table": faults_of_table,
        "AWS::Logs::LogGroup": faults_of_log_group,
        "AWS::CloudWatch::Alarm": faults_of_alarm,
        "AWS::IAM::Role": faults_of_role,
        "AWS::Events::Rule": lambda given: _described(given, 512),
        "AWS::Scheduler::Schedule": faults_of_schedule,
    }
    for kind, check in checks.items():
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        for act, place in (("create", 1), ("update", 2)):
            if act in handlers:
                handlers[act] = _checked(handlers[act], check, place)
    functions = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    functions["create"], functions["update"] = _completed(functions["create"], 1), _completed(functions["update"], 2)


def faults_of_function(given: Properties, concurrency: int = ACCOUNT_CONCURRENCY) -> Faults:
    """Find what Lambda refuses of a function."""
    yield from _within(given, "Timeout", 1, 900)
    yield from _within(given, "MemorySize", 128, 10_240)
    yield from _described(given, 256)
    variables = given.get("Environment", {}).get("Variables", {})
    if sum(len(f"{name}{value}".encode()) for name, value in variables.items()) > VARIABLES_BYTES:
        yield f"Its environment variables have more than {VARIABLES_BYTES} bytes"
    if int(given.get("ReservedConcurrentExecutions") or 0) > max(0, concurrency - UNRESERVED):
        yield (
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{UNRESERVED}]"
        )


def faults_of_mapping(given: Properties) -> Faults:
    """Find what Lambda refuses of an event source mapping."""
    yield from _within(given.get("ScalingConfig", {}), "MaximumConcurrency", 2, 1000)
    yield from _within(given, "MaximumBatchingWindowInSeconds", 0, 300)
    yield from _within(given, "BatchSize", 1, 10_000)
    if int(given.get("MaximumRecordAgeInSeconds", -1)) != -1:
        yield from _within(given, "MaximumRecordAgeInSeconds", 60, WEEK)
    if ":sqs:" in str(given.get("EventSourceArn")):
        yield from _faults_of_batches(given)


def _faults_of_batches(given: Properties) -> Faults:
    """Find what Lambda refuses of a mapping of a queue."""
    if int(given.get("BatchSize", 10)) > 10 and not int(given.get("MaximumBatchingWindowInSeconds", 0)):
        yield "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    queue = sqs._queue_by_arn(given["EventSourceArn"])
    name, qualifier = lambda_svc._resolve_request_scoped_name_and_qualifier(given["FunctionName"])
    function, config = lambda_svc._get_func_record_for_qualifier(name, qualifier)
    if queue and function and int(queue["attributes"]["VisibilityTimeout"]) < int(config["Timeout"]):
        yield (
            f"Queue visibility timeout: {queue['attributes']['VisibilityTimeout']} seconds is less than "
            f"Function timeout: {config['Timeout']} seconds"
        )


def faults_of_table(given: Properties) -> Faults:
    """Find what DynamoDB refuses of a table."""
    for name, least in LEAST_WARM.items():
        if int(given.get("WarmThroughput", {}).get(name, least)) < least:
            yield f"Requested {name} for WarmThroughput for table is lower than {least}"


def faults_of_log_group(given: Properties) -> Faults:
    """Find what CloudWatch refuses of a log group."""
    if not LOG_GROUP_NAME.fullmatch(given.get("LogGroupName", "x")):
        yield f"LogGroupName is {given['LogGroupName']}; it must match {LOG_GROUP_NAME.pattern}"
    if "RetentionInDays" in given and int(given["RetentionInDays"]) not in RETENTION:
        yield f"RetentionInDays is {given['RetentionInDays']}; it must be one of {sorted(RETENTION)}"


def faults_of_alarm(given: Properties) -> Faults:
    """Find what CloudWatch refuses of an alarm."""
    yield from _described(given, 1024, "AlarmDescription")
    metrics = [metric["MetricStat"] for metric in given.get("Metrics", ()) if "MetricStat" in metric]
    periods = {int(each["Period"]) for each in (given, *metrics) if "Period" in each}
    if odd := sorted(period for period in periods if period not in (10, 20, 30) and (period % 60 or not period)):
        yield f"The period {odd[0]} is neither 10, 20 or 30 nor a multiple of 60"
    longest = max(periods, default=0)
    if longest * int(given.get("EvaluationPeriods", 1)) > (WEEK if longest >= HOUR else DAY):
        yield "Metrics cannot be checked across more than a day (EvaluationPeriods * Period), or a week by the hour"


def faults_of_role(given: Properties) -> Faults:
    """Find what IAM refuses of a role."""
    yield from _described(given, 1000)
    policies = [policy["PolicyDocument"] for policy in given.get("Policies", ())]
    if sum(len(json.dumps(policy, separators=(",", ":"))) for policy in policies) > POLICIES_CHARACTERS:
        yield f"Maximum policy size of {POLICIES_CHARACTERS} bytes exceeded for role"


def faults_of_schedule(given: Properties) -> Faults:
    """Find what EventBridge Scheduler refuses of a schedule."""
    yield from _described(given, 512)
    retry = given.get("Target", {}).get("RetryPolicy", {})
    yield from _within(retry, "MaximumEventAgeInSeconds", 60, DAY)
    yield from _within(retry, "MaximumRetryAttempts", 0, 185)


def _within(given: Properties, name: str, least: int, most: int) -> Faults:
    if name in given and not least <= int(given[name]) <= most:
        yield f"{name} is {given[name]}; it must be from {least} to {most}"


def _described(given: Properties, most: int, name: str = "Description") -> Faults:
    if len(str(given.get(name, ""))) > most:
        yield f"{name} has more than {most} characters"


def _checked(provision: Any, check: Callable[[Properties], Faults], place: int) -> Any:
    """Put a check in front of a provisioner, whose argument number `place` has the properties."""

    def provisioned(*args: Any, **more: Any) -> Any:
        if reason := next(check(args[place]), None):
            raise ValueError(reason)
        return provision(*args, **more)

    return provisioned


def _completed(provision: Any, place: int) -> Any:
    """Make a provisioner of functions set what MiniStack leaves out."""

    def provisioned(*args: Any, **more: Any) -> Any:
        made = provision(*args, **more)
        function, given = lambda_svc._functions[made[0]], args[place]
        function["recursive_loop"] = given.get("RecursiveLoop", "Terminate")
        reserved = given.get("ReservedConcurrentExecutions")
        function["concurrency"] = None if reserved is None else int(reserved)
        return made

    return provisioned
