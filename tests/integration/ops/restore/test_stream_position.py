"""Whether the old stream was read up is asked of what CloudWatch and the mappings show, and doubt means no."""

import pytest

from earshot_cli.ops.doctor.metrics import Metric
from earshot_cli.ops.restore import stream_position
from earshot_cli.ops.restore.stream_position import METRICS_SECONDS, is_read_up
from tests.integration.ops.restore.conftest import Drill


@pytest.mark.parametrize(("milliseconds", "is_up"), [(0, True), (59_999, True), (60_000, False), (3_600_000, False)])
def test_a_lag_of_a_minute_is_too_long(
    drill: Drill, hasty: list[float], monkeypatch: pytest.MonkeyPatch, milliseconds: float, is_up: bool
) -> None:
    asked: list[Metric] = []

    def read(_: object, wanted: list[Metric]) -> dict[Metric, list[float]]:
        asked.extend(wanted)
        return {metric: [milliseconds] for metric in wanted}

    monkeypatch.setattr(stream_position, "read_metrics", read)
    assert is_read_up(drill.stack()) is is_up
    assert METRICS_SECONDS in hasty, "CloudWatch shows a lag minutes later"
    assert [metric.name for metric in asked] == ["IteratorAge", "IteratorAge"]


def test_functions_that_nobody_called_have_read_what_there_is(drill: Drill) -> None:
    assert is_read_up(drill.stack())


@pytest.mark.parametrize(("state", "result"), [("Disabled", ""), ("Enabled", "PROBLEM: Function call failed")])
def test_a_mapping_that_is_off_or_fails_has_not(drill: Drill, state: str, result: str) -> None:
    mappings = drill.cloudformation.state.mappings
    name = next(name for name, (_, source, _) in mappings.items() if ":dynamodb:" in source)
    mappings[name] = (*mappings[name][:2], state)
    drill.cloudformation.last_result = result
    assert not is_read_up(drill.stack())
