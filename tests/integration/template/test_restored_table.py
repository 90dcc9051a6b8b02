"""A restored table is a parameter: with it every function, role and mapping of the translated template leads to it."""

import json
from typing import Any

import pytest

from tests.integration.template.rules import refusals
from tests.integration.template.stack import Stack, source, stack, translated_with

RESTORED, STREAM = "earshot-restored", "arn:aws:dynamodb:eu-central-1:123456789012:table/earshot-restored/stream/1"
OWN = ["Table", "StreamArn"]


def restored(**more: str) -> Stack:
    return translated_with(RestoredTable=RESTORED, RestoredStreamArn=STREAM, **more)


def test_the_name_of_the_table_in_use_has_one_condition(variant: Stack) -> None:
    assert variant.resources["TableInUse"]["Properties"]["Value"] == {"Ref": "Table"}
    assert restored().resources["TableInUse"]["Properties"]["Value"] == RESTORED
    readers = json.dumps([source()["Globals"], source()["Outputs"]])
    assert readers.count('"Ref": "Table"') == 0
    for function in restored().functions.values():
        assert function["Environment"]["Variables"]["EARSHOT_TABLE"] == {"Fn::GetAtt": ["TableInUse", "Value"]}


def test_both_streams_are_read_where_the_table_in_use_has_its_own(variant: Stack) -> None:
    assert streams(variant) == {"CountFunnelFunctionTableStream": {"Fn::GetAtt": OWN}} | {
        "PublishEventsFunctionTableStream": {"Fn::GetAtt": OWN}
    }
    assert set(map(str, streams(restored()).values())) == {STREAM}


def streams(of: Stack) -> dict[str, Any]:
    return {name: each["EventSourceArn"] for name, each in of.mappings.items() if name.endswith("TableStream")}


def test_no_role_names_a_table_but_the_one_in_use_and_the_other_one() -> None:
    roles = json.dumps(stack().of_type("AWS::IAM::Role")) + json.dumps(stack().of_type("AWS::IAM::Policy"))
    assert roles.count("TableInUseArn") == roles.count("OtherTableArn") > 90
    assert '"Table"' not in roles
    assert "${Table." not in roles


@pytest.mark.parametrize("consumers", ["on", "off"])
def test_one_parameter_switches_every_mapping_of_a_queue_and_no_other(consumers: str) -> None:
    mappings = translated_with(Consumers=consumers).mappings
    queues = {name: each["Enabled"] for name, each in mappings.items() if not name.endswith("TableStream")}
    assert len(queues) >= 10
    assert set(queues.values()) == {consumers == "on"}
    assert all("Enabled" not in mappings[name] for name in mappings.keys() - queues.keys())


def test_a_restored_table_and_its_stream_belong_together() -> None:
    assert refusals() == []
    assert refusals(RestoredTable=RESTORED, RestoredStreamArn=STREAM) == []
    assert "needs RestoredStreamArn" in refusals(RestoredTable=RESTORED)[0]
    assert "needs RestoredTable" in refusals(RestoredStreamArn=STREAM)[0]
