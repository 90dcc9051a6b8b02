"""What a version kept is compared with the function as it is; values of variables are never shown."""

from typing import Any

import pytest

from earshot_cli.ops.doctor.released import configuration, differences, other_versions

FUNCTION: dict[str, Any] = {
    "Version": "$LATEST",
    "CodeSha256": "c1",
    "Role": "role",
    "Handler": "app.lambda_handler",
    "Runtime": "python3.13",
    "Timeout": 10,
    "MemorySize": 512,
    "Layers": [{"Arn": "layer:1", "CodeSize": 3}],
    "Environment": {"Variables": {"EARSHOT_TABLE": "one", "EARSHOT_STAGE": "prod"}},
}


class FakeLambda:
    """One function, which has an alias or has none."""

    class exceptions:  # noqa: N801 - boto3's name
        class ResourceNotFoundException(Exception):  # noqa: N818 - boto3's name
            pass

    def __init__(self, live: dict[str, Any] | None = None, routing: dict[str, Any] | None = None) -> None:
        self._live = live
        self._routing = routing

    def get_function_configuration(self, **asked: str) -> dict[str, Any]:
        assert asked == {"FunctionName": "f", "Qualifier": "live"}
        if self._live is None:
            raise self.exceptions.ResourceNotFoundException
        return self._live

    def get_alias(self, **asked: str) -> dict[str, Any]:
        assert asked == {"FunctionName": "f", "Name": "live"}
        return {"FunctionVersion": "6", **({"RoutingConfig": self._routing} if self._routing else {})}


def test_a_version_of_what_was_deployed_does_not_differ() -> None:
    assert differences(FUNCTION, {**FUNCTION, "Version": "7", "RevisionId": "other"}) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"CodeSha256": "c2"}, ["the code"]),
        ({"Layers": [{"Arn": "layer:2"}]}, ["the layer"]),
        ({"Layers": []}, ["the layer"]),
        ({"Timeout": 29, "MemorySize": 1024}, ["the timeout", "the memory"]),
        ({"Environment": {"Variables": {"EARSHOT_TABLE": "two"}}}, ["EARSHOT_STAGE", "EARSHOT_TABLE"]),
        ({"Environment": None}, ["EARSHOT_STAGE", "EARSHOT_TABLE"]),
    ],
)
def test_what_differs_is_named_without_its_value(changed: dict[str, Any], named: list[str]) -> None:
    assert differences({**FUNCTION, **changed}, FUNCTION) == named


def test_a_function_without_the_alias_has_no_configuration() -> None:
    assert configuration(FakeLambda(), "f") is None
    assert configuration(FakeLambda(FUNCTION), "f") == FUNCTION


def test_versions_beside_the_one_that_is_live_are_found() -> None:
    assert other_versions(FakeLambda(FUNCTION, {"AdditionalVersionWeights": {"7": 0.1}}), "f") == {"7": 0.1}
    assert other_versions(FakeLambda(FUNCTION), "f") == {}
