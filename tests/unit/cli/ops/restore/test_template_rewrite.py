"""A template without its table: nothing refers to it any more, and nothing else is changed."""

from typing import Any

import pytest

from earshot_cli.ops.restore.template_rewrite import Names, attached, detached, marker_of

NAMES = Names("restored", "arn:aws:dynamodb:eu-central-1:1:table/restored", "arn:of-the-stream")
TABLE = {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"}


def template(**resource: Any) -> dict[str, Any]:
    return {"Resources": {"Table": TABLE, "Other": resource}, "Outputs": {"TableName": {"Value": {"Ref": "Table"}}}}


@pytest.mark.parametrize(
    ("expected", "becomes"),
    [
        ({"Ref": "Table"}, NAMES.name),
        ({"Ref": "TableOfOthers"}, {"Ref": "TableOfOthers"}),
        ({"Fn::GetAtt": ["Table", "Arn"]}, NAMES.arn),
        ({"Fn::GetAtt": "Table.StreamArn"}, NAMES.stream),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, {"Fn::GetAtt": ["Queue", "Arn"]}),
        ({"Fn::Sub": "${Table.Arn}/stream/*"}, {"Fn::Sub": f"{NAMES.arn}/stream/*"}),
        ({"Fn::Sub": "${Table}-${Tables}"}, {"Fn::Sub": f"{NAMES.name}-${{Tables}}"}),
        ({"Fn::Sub": ["${Table}${x}", {"x": {"Ref": "Table"}}]}, {"Fn::Sub": ["restored${x}", {"x": "restored"}]}),
        ({"Fn::If": ["IsLocal", [{"Ref": "Table"}], 5]}, {"Fn::If": ["IsLocal", ["restored"], 5]}),
    ],
)
def test_every_reference_to_the_table_becomes_the_name_of_the_restored_one(expected: Any, becomes: Any) -> None:
    rest = detached(template(Properties={"Value": expected}), NAMES)

    assert rest["Resources"] == {"Other": {"Properties": {"Value": becomes}}}
    assert rest["Outputs"] == {"TableName": {"Value": "restored"}}


@pytest.mark.parametrize(
    ("expected", "becomes"), [("Table", []), (["Table", "Queue"], ["Queue"]), ("Queue", ["Queue"])]
)
def test_nothing_depends_on_the_table_any_more(expected: Any, becomes: list[str]) -> None:
    assert detached(template(DependsOn=expected), NAMES)["Resources"]["Other"]["DependsOn"] == becomes


def test_a_detached_template_is_recognized_and_a_deployed_one_is_not() -> None:
    assert marker_of(template()) is None
    assert marker_of(detached(template(), NAMES)) == "restored"


def test_an_import_changes_nothing_but_that_the_table_is_there() -> None:
    deployed = template(Properties={"Name": {"Ref": "Table"}})
    without = detached(deployed, NAMES)
    whole = attached(without, deployed)

    assert whole["Resources"].pop("Table") == TABLE
    assert whole == without
