"""A table as template.yaml describes it, in moto; and the fakes next to the real adapters."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from earshot.domain.personal_data import not_registered
from tests.integration.template.stack import source

TABLE = "earshot"


@cache
def table_properties() -> dict[str, Any]:
    """Read the table's keys from the template, so that they are written once."""
    properties = source()["Resources"]["Table"]["Properties"]
    shape = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    return {name: properties[name] for name in shape if name in properties}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in for AWS, far from any real account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> Iterator[Any]:
    """Return a client of a DynamoDB that has our table; what is written to it must stand in the registry."""
    client = boto3.client("dynamodb")
    client.create_table(TableName=TABLE, **table_properties())
    yield client
    assert unregistered(client) == {}


def unregistered(client: Any) -> dict[tuple[str, str], frozenset[str]]:
    """Return, by the keys of an item, the attributes that stand in no registry of personal data."""
    pages = client.get_paginator("scan").paginate(TableName=TABLE)
    items = [item for page in pages for item in page["Items"]]
    keys = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    return {key: left for key, item in keys.items() if (left := not_registered(*key, item))}
