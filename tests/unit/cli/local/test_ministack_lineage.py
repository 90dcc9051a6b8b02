"""How often a function was invoked in a chain, as a trace header carries it; MiniStack itself is a stand-in here."""

import asyncio
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.cli.local.stand_ins import load_beside

CONFIG = {"FunctionName": "plan"}


class Engine:
    """MiniStack as far as chains go through it: `run` is what the function does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dropped: list[str] = []
        self.headers: list[str] = []
        self.functions: dict[str, Any] = {"plan": {}}
        self.lambda_svc = SimpleNamespace(
            handle_request=None,
            _functions=self.functions,
            _execute_function_dispatch=self._dispatch,
            _xray_trace_id_for_invocation=lambda _: None,
        )
        self.sqs = SimpleNamespace(handle_request=self._send, _build_send_sys_attrs=lambda _now, _given: {})
        cloudwatch = SimpleNamespace(record_metric=lambda *metric: self.dropped.append(metric[1]))
        stand_ins: dict[str, dict[str, Any]] = {
            "ministack": {},
            "ministack.services": {"cloudwatch": cloudwatch, "lambda_svc": self.lambda_svc, "sqs": self.sqs},
        }
        self.module: Any = load_beside(monkeypatch, "ministack_lineage", stand_ins)
        self.module.count_lineage()

    def invoke(self, *headers: str) -> Any:
        """Invoke the function with messages that carry these headers; return the header it sends on."""
        records = [{"eventSource": "aws:sqs", "attributes": {"AWSTraceHeader": it} if it else {}} for it in headers]
        return self.lambda_svc._execute_function_dispatch({}, CONFIG, {"Records": records})

    def sent_with(self, header: str) -> dict[str, str]:
        """Return the attributes of a message that was sent with a header."""
        made: dict[str, str] = asyncio.run(self.sqs.handle_request("POST", "/", {"x-amzn-trace-id": header}, b"", {}))
        return made

    async def _send(self, *_: Any) -> dict[str, str]:
        attributes: dict[str, str] = self.sqs._build_send_sys_attrs(0, {})
        return attributes

    def _dispatch(self, _function: Any, config: Any, _event: Any) -> str:
        header: str = self.lambda_svc._xray_trace_id_for_invocation(config)
        return header


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(monkeypatch)


def times(engine: Engine, header: str) -> list[int]:
    return list(engine.module.read_lineage(header).values())


def test_sixteen_invocations_of_a_loop_run_and_the_next_does_not(engine: Engine) -> None:
    header = ""
    for number in range(1, 17):
        header = engine.invoke(header)
        assert times(engine, header) == [number]
    assert engine.invoke(header)["body"]["errorType"] == "RecursiveInvocationException"
    assert engine.dropped == ["RecursiveInvocationsDropped"]


def test_a_message_keeps_the_header_it_was_sent_with(engine: Engine) -> None:
    header = engine.invoke("")
    assert engine.sent_with(quote(header, safe="=;:-")) == {"AWSTraceHeader": quote(header, safe="=;:-")}
    assert engine.sent_with("") == {}


def test_a_header_that_botocore_quoted_is_read(engine: Engine) -> None:
    header = engine.module.write_lineage({"0badcafe": 3, "deadbeef": 7})
    assert "%7C" in quote(header, safe="-=;:+&[]{}\"',")
    assert engine.module.read_lineage(quote(header, safe="-=;:+&[]{}\"',")) == {"0badcafe": 3, "deadbeef": 7}


def test_of_a_batch_the_longest_lineage_counts(engine: Engine) -> None:
    long = engine.invoke(engine.invoke(engine.invoke("")))
    assert times(engine, engine.invoke("", long, engine.invoke(""))) == [4]


def test_another_function_in_the_loop_has_a_count_of_its_own(engine: Engine) -> None:
    header = engine.module.write_lineage({"0badcafe": 16})
    assert times(engine, engine.invoke(header)) == [16, 1]


@pytest.mark.parametrize("header", ["", "Root=1-2-3", "Lineage=", "Lineage=x", "Lineage=1:zz:9", "Lineage=1:0badcafe"])
def test_what_is_no_lineage_counts_from_one(engine: Engine, header: str) -> None:
    assert times(engine, engine.invoke(header)) == [1]


def test_a_function_that_may_loop_is_counted_and_not_stopped(engine: Engine) -> None:
    engine.functions["plan"]["recursive_loop"] = "Allow"
    header = engine.module.write_lineage(dict.fromkeys(engine.module.read_lineage(engine.invoke("")), 16))
    assert times(engine, engine.invoke(header)) == [17]
    engine.functions["plan"]["recursive_loop"] = "Terminate"
    assert engine.invoke(header)["error"]
