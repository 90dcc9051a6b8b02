"""What alerts cost the table, counted with the real adapters as the benches count it."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from benchmarks import alert_units
from earshot import bootstrap
from tests.e2e.fault_injection import clear_ports


@pytest.fixture
def _aws_of_the_functions(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    clients = {"dynamodb": dynamodb, "sqs": boto3.client("sqs"), "secretsmanager": boto3.client("secretsmanager")}
    monkeypatch.setattr(bootstrap, "client", clients.__getitem__)
    for name, value in {**alert_units.SETTINGS, "EARSHOT_TABLE": "earshot"}.items():
        monkeypatch.setenv(name, value)
    clear_ports()
    yield
    clear_ports()


@pytest.mark.usefixtures("_aws_of_the_functions")
def test_alerts_and_the_planners_tick_cost_no_more_units_than_promised() -> None:
    rows = alert_units.counted()
    assert [row.cells for row in rows if not row.met] == []
