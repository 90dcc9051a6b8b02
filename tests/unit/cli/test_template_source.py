"""Loops and tables of a template are expanded as CloudFormation does, and nothing is left as it is written."""

from typing import Any

import pytest

from earshot_cli.template_source import TemplateSourceError, read_source

HEAD = "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n"
LATE = (
    HEAD
    + """
Resources:
  # A queue is late.
  Fn::ForEach::Late:
    - Queue
    - [Crm, Score]
    - ${Queue}Late:
        Type: AWS::CloudWatch::Alarm
        Properties:
          AlarmDescription: !Sub ["${Says} (${AWS::StackName})", {Says: !FindInMap [Late, !Ref Queue, Says]}]
          Text: !Sub ["${Says}: ${Queue}Queue", {Says: !FindInMap [Late, !Ref Queue, Says]}]
          Threshold: !FindInMap [Late, !Ref Queue, Seconds]
          Dimensions: [{Name: QueueName, Value: !GetAtt [!Sub "${Queue}Queue", QueueName]}]
          Arn: !Sub "${AWS::Region}/${Queue}/${DeliveryQueue.Arn}"
          Actions: [{Ref: !Sub "${Queue}Topic"}, !Ref Topic]
      ${Queue}Note: {Type: AWS::SSM::Parameter}
  Topic: {Type: AWS::SNS::Topic}
Mappings:
  Late:
    Crm: {Seconds: 300, Says: Detractors wait}
    Score: {Seconds: 900, Says: Scores wait}
"""
)


def resources(text: str) -> dict[str, Any]:
    found: dict[str, Any] = read_source(text)["Resources"]
    return found


def test_a_loop_makes_each_of_its_entries_for_each_item_in_the_order_of_the_template() -> None:
    assert list(resources(LATE)) == ["CrmLate", "CrmNote", "ScoreLate", "ScoreNote", "Topic"]


def test_identifiers_and_tables_are_filled_in_and_what_only_a_stack_knows_stays() -> None:
    assert resources(LATE)["ScoreLate"]["Properties"] == {
        "AlarmDescription": {"Fn::Sub": ["${Says} (${AWS::StackName})", {"Says": "Scores wait"}]},
        "Text": "Scores wait: ScoreQueue",
        "Threshold": 900,
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["ScoreQueue", "QueueName"]}}],
        "Arn": {"Fn::Sub": "${AWS::Region}/Score/${DeliveryQueue.Arn}"},
        "Actions": [{"Ref": "ScoreTopic"}, {"Ref": "Topic"}],
    }


def test_what_is_left_is_a_plain_template_of_sam() -> None:
    body = read_source(LATE)

    assert body["Transform"] == ["AWS::Serverless-2016-10-31"]
    assert "Mappings" not in body


def test_a_template_without_loops_stays_as_it_is() -> None:
    body = read_source("Transform: AWS::Serverless-2016-10-31\nResources: {Topic: {Type: AWS::SNS::Topic}}")

    assert body == {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def test_a_loop_in_a_loop_is_refused() -> None:
    inner = "{Fn::ForEach::Inner: [B, [p], {'${A}${B}': {Type: AWS::SNS::Topic}}]}"
    with pytest.raises(TemplateSourceError, match="has a loop Fn::ForEach::Inner in a loop"):
        read_source(f"{HEAD}Resources:\n  Fn::ForEach::Outer: [A, [x], {inner}]")


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        (HEAD, "Transform: AWS::Serverless-2016-10-31\n", "but not the transform AWS::LanguageExtensions"),
        ("[Crm, Score]", "[Crm, Crm]", "has CrmLate twice"),
        ("[Crm, Score]", "[]", "no identifier, list and entries"),
        ("[Crm, Score]", "Crm", "no identifier, list and entries"),
        ("[Crm, Score]", "[Crm, Mail]", "no Late.Mail.Says in its Mappings"),
        ("[Crm, Score]", "[Crm, a-b]", "a-bLate, which is no logical id"),
        ("${Queue}Note", "Note", r"key Note lacks \$\{Queue\}"),
        ("!Ref Queue, Seconds", "!Ref Queue, Minutes", "no Late.Crm.Minutes in its Mappings"),
        ("!Ref Queue, Seconds", '"${Queue}", Seconds', "without !Sub: it would stay as it is written"),
        ('!Sub "${Queue}Topic"', '"${Queue}Topic"', "without !Sub: it would stay as it is written"),
        ("Topic: {Type", "CrmLate: {Type", "has CrmLate twice"),
        ('!Sub "${Queue}Topic"', "!Sub [x]", "has a !Sub of"),
    ],
)
def test_what_cloudformation_would_refuse_or_leave_is_refused(right: str, wrong: str, expected: str) -> None:
    assert right in LATE
    with pytest.raises(TemplateSourceError, match=expected):
        read_source(LATE.replace(right, wrong))
