"""The engine gets what it leaves out of the template: what lets items expire and tables be recovered."""

from typing import Any

import pytest

from earshot_cli.local import ttl_settings
from earshot_cli.local.endpoint import Endpoint


class Recorder:
    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def update_time_to_live(self, **fields: Any) -> None:
        self.calls.append(fields)

    def update_continuous_backups(self, **fields: Any) -> None:
        self.calls.append(fields)


def test_each_recoverable_table_is_reported_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Recorder()
    monkeypatch.setattr(ttl_settings, "client", lambda *_: engine)
    recovers = {"PointInTimeRecoveryEnabled": True}
    body = {
        "Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"PointInTimeRecoverySpecification": recovers}},
            "Other": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        }
    }
    ttl_settings.turn_on_recovery(
        Endpoint("http://127.0.0.1:1", "token"), body, {"Table": "earshot-Table-1", "Other": "x"}
    )
    assert engine.calls == [{"TableName": "earshot-Table-1", "PointInTimeRecoverySpecification": recovers}]


def test_each_table_with_expiry_is_reported_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Recorder()
    monkeypatch.setattr(ttl_settings, "client", lambda *_: engine)
    expiry = {"AttributeName": "expires", "Enabled": True}
    body = {
        "Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TimeToLiveSpecification": expiry}},
            "Other": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
            "Queue": {"Type": "AWS::SQS::Queue"},
        }
    }
    ttl_settings.turn_on_expiry(
        Endpoint("http://127.0.0.1:1", "token"), body, {"Table": "earshot-Table-1", "Other": "x", "Queue": "y"}
    )
    assert engine.calls == [{"TableName": "earshot-Table-1", "TimeToLiveSpecification": expiry}]
