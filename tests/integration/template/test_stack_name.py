"""The name of a stack may be as long as docs/deploy.md says: what is made of it fits into what each service takes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.template.stack import ROOT, translated_with

REFERENCE = re.compile(r"\$\{([^}]+)\}")
# What each service takes, in characters.
LIMITS = {
    ("AWS::CloudFront::CachePolicy", "CachePolicyConfig.Name"): 128,
    ("AWS::CloudFront::Distribution", "DistributionConfig.Comment"): 128,
    ("AWS::CloudFront::Function", "Name"): 64,
    ("AWS::CloudWatch::Dashboard", "DashboardName"): 255,
    ("AWS::CloudWatch::Alarm", "Namespace"): 255,
    ("AWS::CloudWatch::Alarm", "Metrics.MetricStat.Metric.Namespace"): 255,
    ("AWS::Lambda::LayerVersion", "LayerName"): 140,
    ("AWS::Logs::LogGroup", "LogGroupName"): 512,
    ("AWS::Logs::MetricFilter", "MetricTransformations.MetricNamespace"): 255,
    ("AWS::SES::ConfigurationSet", "Name"): 64,
}
# Properties that refer to something, which makes no name.
REFERRING = ("DashboardBody", "PolicyDocument", "Environment", "EventPattern", "Body", "DomainName", "Uri", "Arn")
EVERYTHING = {
    "CdnDomain": "ask.example.com",
    "CdnCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/abc",
    "MakeDashboard": "true",
    "AlarmEmail": "ops@example.com",
}


@pytest.fixture(scope="module")
def longest() -> int:
    """How long a stack's name may be, as the docs say."""
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf-8").replace("\n", " ")
    (found,) = re.findall(r"A stack of another name [^.]*at most (\d+) characters", page)
    return int(found)


def substituted(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text below a value that is made of others, with its place."""
    if isinstance(value, dict) and set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        yield path, value["Fn::Sub"]
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from substituted(each, f"{path}.{name}".removeprefix("."))
    elif isinstance(value, list):
        for each in value:
            yield from substituted(each, path)


def named_by_stack() -> dict[tuple[str, str], str]:
    """Return what is named by the stack or its API, by resource type and property."""
    return {
        (resource["Type"], path): text
        for resource in translated_with(**EVERYTHING).resources.values()
        for path, text in substituted(resource.get("Properties", {}))
        if re.search(r"\$\{(AWS::StackName|Api)\}", text) and not any(part in path for part in REFERRING)
    }


def length(text: str, stack: int) -> int:
    """Return how long a text becomes in a stack whose name has so many characters."""
    values = {"AWS::StackName": "s" * stack, "AWS::Region": "ap-southeast-1", "Api": "a1b2c3d4e5"}
    return len(REFERENCE.sub(lambda found: values.get(found[1], "9" * 6), text))


def test_a_name_that_is_made_of_the_stacks_fits_where_it_stands(longest: int) -> None:
    made = named_by_stack()
    assert made.keys() == LIMITS.keys()
    for place, text in made.items():
        assert length(text, longest) <= LIMITS[place], place


def test_one_character_more_is_too_long(longest: int) -> None:
    assert any(length(text, longest + 1) > LIMITS[place] for place, text in named_by_stack().items())
