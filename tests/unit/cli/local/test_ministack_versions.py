"""A version is published for a change of content and for nothing else; MiniStack itself is a stand-in here."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.cli.local.stand_ins import load_beside

OF_PLAN = {"FunctionName": "plan"}
CONFIGURATION = {
    "FunctionName": "plan",
    "FunctionArn": "arn:plan",
    "Version": "$LATEST",
    "CodeSha256": "c1",
    "Environment": {"Variables": {"A": "1"}},
    "Layers": [{"Arn": "layer:1"}],
    "State": "Active",
    "LastModified": "today",
    "RevisionId": "r1",
}


class Engine:
    """MiniStack as far as it publishes: it compares revisions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.function: dict[str, Any] = {"config": dict(CONFIGURATION), "versions": {}, "aliases": {}}
        self.handlers: dict[str, Any] = {
            "create": lambda _id, properties, _stack: self._publish(properties["FunctionName"], {}),
            "update": lambda _id, _old, properties, _stack, **_: self._publish(properties["FunctionName"], {}),
            "delete": lambda physical, _: self.function["versions"].pop(physical.rsplit(":", 1)[-1]),
        }
        self.lambda_svc = SimpleNamespace(_functions={"plan": self.function}, _publish_version=self._publish)
        provisioners = SimpleNamespace(
            _RESOURCE_HANDLERS={"AWS::Lambda::Version": self.handlers},
            _lambda_function_for_cfn_ref=lambda name: (self.lambda_svc._functions.get(name), name, name, None),
        )
        stand_ins: dict[str, dict[str, Any]] = {
            "ministack": {},
            "ministack.services": {"lambda_svc": self.lambda_svc},
            "ministack.services.cloudformation": {"provisioners": provisioners},
        }
        load_beside(monkeypatch, "ministack_versions", stand_ins).publish_as_on_aws()

    def change(self, revision: str, **changes: Any) -> None:
        self.function["config"] |= {**changes, "RevisionId": revision}

    def _publish(self, _name: str, _given: dict[str, Any]) -> str:
        versions, config = self.function["versions"], self.function["config"]
        newest = max(versions, key=int, default="0")
        if versions and versions[newest]["function_revision"] == config["RevisionId"]:
            return "refused"
        number = str(int(newest) + 1)
        version = {**config, "Version": number, "FunctionArn": f"arn:plan:{number}", "Description": "of the version"}
        versions[number] = {"config": version, "function_revision": config["RevisionId"]}
        return number


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(monkeypatch)


def test_a_change_there_and_back_is_no_change(engine: Engine) -> None:
    assert engine.handlers["create"]("Version", OF_PLAN, "stack") == "1"
    engine.change("r2", LastModified="later", State="Pending", Description="other")

    assert engine.handlers["create"]("Other", OF_PLAN, "stack") == "refused"
    assert engine.handlers["update"]("arn:plan:1", {}, OF_PLAN, "stack", logical_id="Version") == "refused"
    assert engine.lambda_svc._publish_version("plan", {}) == "refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"CodeSha256": "c2"},
        {"Layers": [{"Arn": "layer:2"}]},
        {"Environment": {"Variables": {"A": "2"}}},
        {"Timeout": 9},
    ],
)
def test_a_change_of_content_is_published(engine: Engine, changes: dict[str, Any]) -> None:
    engine.lambda_svc._publish_version("plan", {})
    engine.change("r2", **changes)

    assert engine.handlers["update"]("arn:plan:1", {}, OF_PLAN, "stack", logical_id="Version") == "2"


def test_only_the_newest_version_counts(engine: Engine) -> None:
    engine.lambda_svc._publish_version("plan", {})
    engine.change("r2", CodeSha256="c2")
    engine.lambda_svc._publish_version("plan", {})
    engine.change("r3", CodeSha256="c1")

    assert engine.lambda_svc._publish_version("plan", {}) == "3"


def test_a_version_stays_while_an_alias_leads_to_it(engine: Engine) -> None:
    engine.lambda_svc._publish_version("plan", {})
    engine.function["aliases"]["live"] = {"FunctionVersion": "1"}
    with pytest.raises(ValueError, match="aliases reference it"):
        engine.handlers["delete"]("arn:plan:1", OF_PLAN)
    engine.function["aliases"].clear()
    engine.handlers["delete"]("arn:plan:1", OF_PLAN)

    assert engine.function["versions"] == {}


def test_a_function_that_is_gone_keeps_nothing(engine: Engine) -> None:
    engine.lambda_svc._publish_version("plan", {})
    engine.lambda_svc._functions.clear()

    assert engine.handlers["delete"]("arn:plan:1", OF_PLAN)
