"""What a deployment must never replace: the resources that hold something, and what would make others of them."""

from collections.abc import Mapping
from typing import Any

# By type, the properties whose change makes CloudFormation create another resource, or Secrets Manager another key;
# None stands for a name of CloudFormation's own.
LASTING: dict[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": (
        "TableName",
        "KeySchema",
        "AttributeDefinitions",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "StreamSpecification",
        "TimeToLiveSpecification",
        "ImportSourceSpecification",
    ),
    "AWS::SecretsManager::Secret": ("Name", "GenerateSecretString", "SecretString"),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::Events::EventBus": ("Name",),
    "AWS::Serverless::HttpApi": ("Name",),  # its address is in links that live for ten years
    "AWS::SNS::Topic": ("TopicName", "FifoTopic"),
    "AWS::Logs::LogGroup": ("LogGroupName", "LogGroupClass"),
}


def lasting(resources: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return by type and logical name what of each lasting resource may not change."""
    return {
        kind: {
            name: {each: resource.get("Properties", {}).get(each) for each in properties}
            for name, resource in sorted(resources.items())
            if resource["Type"] == kind
        }
        for kind, properties in LASTING.items()
    }
