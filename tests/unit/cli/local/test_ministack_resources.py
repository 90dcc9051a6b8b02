"""Resources that AWS would not make; MiniStack itself is a stand-in here."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.cli.local.stand_ins import load_beside

KINDS = {
    "function": "AWS::Lambda::Function",
    "mapping": "AWS::Lambda::EventSourceMapping",
    "table": "AWS::DynamoDB::Table",
    "log_group": "AWS::Logs::LogGroup",
    "alarm": "AWS::CloudWatch::Alarm",
    "role": "AWS::IAM::Role",
    "rule": "AWS::Events::Rule",
    "schedule": "AWS::Scheduler::Schedule",
}
QUEUE = {"EventSourceArn": "arn:aws:sqs:here:1:work", "FunctionName": "slow"}
ALARM = {"Period": 60, "EvaluationPeriods": 1}
STATEMENT = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "x" * 100}


class Engine:
    """Provisioners that make everything, a function of 60 seconds, and its queue."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, concurrency: int | None) -> None:
        self.functions: dict[str, Any] = {"slow": {}}
        self.queue = {"attributes": {"VisibilityTimeout": "60"}}
        self._handlers = {kind: {"create": self._make, "update": self._make} for kind in KINDS.values()}
        lambda_svc = SimpleNamespace(
            _functions=self.functions,
            _resolve_request_scoped_name_and_qualifier=lambda name: (name, None),
            _get_func_record_for_qualifier=lambda *_: ({"config": {}}, {"Timeout": 60}),
        )
        provisioners = SimpleNamespace(_RESOURCE_HANDLERS=self._handlers)
        stand_ins: dict[str, dict[str, Any]] = {
            "ministack": {},
            "ministack.services": {
                "lambda_svc": lambda_svc,
                "sqs": SimpleNamespace(_queue_by_arn=lambda _: self.queue),
            },
            "ministack.services.cloudformation": {"provisioners": provisioners},
        }
        load_beside(monkeypatch, "ministack_resources", stand_ins).check_resources(concurrency)

    def make(self, kind: str, given: dict[str, Any], act: str = "create") -> Any:
        """Deploy a resource, or change it to this."""
        before: list[Any] = [{}] if act == "update" else []
        return self._handlers[KINDS[kind]][act]("Name", *before, given, "earshot")

    def _make(self, *_: Any) -> tuple[str, dict[str, str]]:
        return "slow", {}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(monkeypatch, None)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("function", {"Timeout": 900}, {"Timeout": 901}),
        ("function", {"MemorySize": "128"}, {"MemorySize": "127"}),
        ("function", {"Description": "x" * 256}, {"Description": "x" * 257}),
        ("function", {"Environment": {"Variables": {"AB": "x" * 4094}}},
         {"Environment": {"Variables": {"A": "x" * 4096}}}),
        ("function", {"ReservedConcurrentExecutions": 900}, {"ReservedConcurrentExecutions": 901}),
        ("mapping", {"ScalingConfig": {"MaximumConcurrency": 2}}, {"ScalingConfig": {"MaximumConcurrency": 1}}),
        ("mapping", {"MaximumRecordAgeInSeconds": -1}, {"MaximumRecordAgeInSeconds": 59}),
        ("mapping", {**QUEUE, "BatchSize": 11, "MaximumBatchingWindowInSeconds": 1}, {**QUEUE, "BatchSize": 11}),
        ("table", {"WarmThroughput": {"WriteUnitsPerSecond": "4000"}},
         {"WarmThroughput": {"WriteUnitsPerSecond": "3999"}}),
        ("table", {"WarmThroughput": {"ReadUnitsPerSecond": 12_000}},
         {"WarmThroughput": {"ReadUnitsPerSecond": 11_999}}),
        ("log_group", {"LogGroupName": "/aws/vendedlogs/one"}, {"LogGroupName": "/aws/vendedlogs/one two"}),
        ("log_group", {"LogGroupName": "x" * 512}, {"LogGroupName": "x" * 513}),
        ("log_group", {"RetentionInDays": "30"}, {"RetentionInDays": "45"}),
        ("alarm", {**ALARM, "Period": 10}, {**ALARM, "Period": 90}),
        ("alarm", {"Period": 86_400, "EvaluationPeriods": 7}, {"Period": 86_400, "EvaluationPeriods": 8}),
        ("alarm", {"Period": 60, "EvaluationPeriods": 1440}, {"Period": 60, "EvaluationPeriods": 1441}),
        ("alarm", {"EvaluationPeriods": 1, "Metrics": [{"Id": "a", "MetricStat": {"Period": 60}}]},
         {"EvaluationPeriods": 1, "Metrics": [{"Id": "a", "MetricStat": {"Period": 61}}]}),
        ("role", {"Policies": [{"PolicyDocument": {"Statement": [STATEMENT] * 60}}]},
         {"Policies": [{"PolicyDocument": {"Statement": [STATEMENT] * 75}}]}),
        ("rule", {"Description": "x" * 512}, {"Description": "x" * 513}),
        ("schedule", {"Target": {"RetryPolicy": {"MaximumRetryAttempts": 185}}},
         {"Target": {"RetryPolicy": {"MaximumRetryAttempts": 186}}}),
    ],
)  # fmt: skip
def test_what_aws_refuses_is_refused_and_its_neighbour_is_not(
    engine: Engine, kind: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    for act in ("create", "update"):
        engine.make(kind, good, act)
        with pytest.raises(ValueError, match=r"\w"):
            engine.make(kind, bad, act)


def test_a_queue_hides_its_messages_as_long_as_its_function_may_run(engine: Engine) -> None:
    engine.make("mapping", QUEUE)
    engine.queue["attributes"]["VisibilityTimeout"] = "59"
    with pytest.raises(ValueError, match="visibility timeout: 59 seconds is less than Function timeout: 60"):
        engine.make("mapping", QUEUE)


def test_a_new_account_can_reserve_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"below its minimum value of \[100\]"):
        Engine(monkeypatch, 10).make("function", {"ReservedConcurrentExecutions": 1})


@pytest.mark.parametrize("act", ["create", "update"])
def test_a_function_may_loop_and_reserve_what_its_template_says(engine: Engine, act: str) -> None:
    engine.make("function", {"RecursiveLoop": "Allow", "ReservedConcurrentExecutions": "5"}, act)
    assert engine.functions["slow"] == {"recursive_loop": "Allow", "concurrency": 5}
    engine.make("function", {}, act)
    assert engine.functions["slow"] == {"recursive_loop": "Terminate", "concurrency": None}
