"""The real template is read as CloudFormation reads it; only the packages' addresses change."""

import json

import pytest

from earshot_cli.local.errors import TemplateError
from earshot_cli.local.settings import Settings
from earshot_cli.local.template import Template

URL = "http://127.0.0.1:8080"

GREET = """
Parameters: {Word: {Type: String}}
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layers/core/python}
  Greet:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/greet
      Layers: [!Ref Layer]
      Environment: {Variables: {WORD: !Ref Word, ARN: !GetAtt Queue.Arn, URL: !Sub "${AWS::Region}/${Queue.Arn}/${!x}"}}
      Timeout: !If [Slow, 30, 3]
  Queue: {Type: AWS::SQS::Queue}
"""


def read(project: Settings, text: str) -> Template:
    project.template.write_text(text)
    return Template.read(project, URL)


def test_short_forms_become_intrinsic_functions(project: Settings) -> None:
    greet = read(project, GREET).body["Resources"]["Greet"]["Properties"]
    assert greet["Layers"] == [{"Ref": "Layer"}]
    assert greet["Environment"]["Variables"] == {
        "WORD": {"Ref": "Word"},
        "ARN": {"Fn::GetAtt": ["Queue", "Arn"]},
        "URL": {"Fn::Sub": "${AWS::Region}/${Queue.Arn}/${!x}"},
    }
    assert greet["Timeout"] == {"Fn::If": ["Slow", 30, 3]}


def test_packages_get_addresses_and_nothing_else_changes(project: Settings) -> None:
    template = read(project, GREET)
    resources = template.body["Resources"]
    assert [artifact.name for artifact in template.artifacts] == ["layer", "greet"]
    assert resources["Layer"]["Properties"]["ContentUri"] == template.artifacts[0].uri
    assert resources["Greet"]["Properties"]["CodeUri"].startswith("s3://earshot-artifacts/greet/")
    assert resources["Queue"] == {"Type": "AWS::SQS::Queue"}
    assert json.loads(template.text) == template.body


def test_the_stage_is_local_and_the_crm_is_passed_on(project: Settings) -> None:
    assert read(project, GREET).parameters == {"Stage": "local", "CrmUrl": "", "PublicUrl": URL}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Resources: {", "is not YAML"),
        ("- a list", "has no Resources"),
        ("", "has no Resources"),
        ("Resources: {Greet: {Type: AWS::Serverless::Function}}", "Greet in template.yaml has no CodeUri"),
        (GREET.replace("!Ref Word", "!Ref Werd"), "Greet refers to Werd"),
        (GREET.replace("!GetAtt Queue.Arn", "!GetAtt Kew.Arn"), "Greet refers to Kew"),
        (GREET.replace("${Queue.Arn}", "${Kew}"), "Greet refers to Kew"),
    ],
)
def test_a_broken_template_is_reported_in_a_sentence(project: Settings, text: str, expected: str) -> None:
    with pytest.raises(TemplateError, match=expected):
        read(project, text)


def test_a_missing_template_is_named(project: Settings) -> None:
    with pytest.raises(TemplateError, match=r"template\.yaml cannot be read"):
        Template.read(project, URL)
