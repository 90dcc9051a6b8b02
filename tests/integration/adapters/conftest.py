"""A table as template.yaml describes it, in moto; and the fakes next to the real adapters."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from benchmarks.listening import listening
from benchmarks.price.patterns import matches
from earshot.adapters.dynamodb.stream import read_record
from earshot.domain.personal_data import not_registered
from tests.aws_events import Event, stream_record
from tests.integration.template.stack import source, stack

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


@pytest.fixture
def watched(dynamodb: Any) -> Iterator[Any]:
    """Return the same client; of what is written with it, the stream must hand each change that makes events on."""
    with listening(dynamodb, dynamodb, {}, TABLE) as spent:
        yield dynamodb
    assert unpublished(stream_record(old=old or None, new=new or None) for old, new in spent.changes) == []


def unpublished(records: Iterable[Event]) -> list[Event]:
    """Return the changes that make events and that publish_events is not invoked for."""
    filters = stack().mappings["PublishEventsFunctionTableStream"]["FilterCriteria"]["Filters"]
    patterns = [json.loads(each["Pattern"]) for each in filters]
    return [record for record in records if read_record(record) and not any(matches(each, record) for each in patterns)]


def unregistered(client: Any) -> dict[tuple[str, str], frozenset[str]]:
    """Return, by the keys of an item, the attributes that stand in no registry of personal data."""
    pages = client.get_paginator("scan").paginate(TableName=TABLE)
    items = [item for page in pages for item in page["Items"]]
    keys = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    return {key: left for key, item in keys.items() if (left := not_registered(*key, item))}
