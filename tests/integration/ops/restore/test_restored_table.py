"""A restored table before it is put into service: what is none of ours is refused, what is lacking is turned on."""

from collections import Counter
from contextlib import nullcontext
from typing import Any

import boto3
import pytest

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.doctor.table import faults, read
from earshot_cli.ops.restore.restore import Restore, listed
from earshot_cli.ops.restore.restored_table import RestoredTable
from earshot_cli.ops.stack import Resource, Stack
from tests.factories import make_survey
from tests.integration.adapters.conftest import TABLE, aws, dynamodb, table_properties

__all__ = ["aws", "dynamodb"]


@pytest.fixture
def stack(dynamodb: Any) -> Stack:
    resources = {
        "Table": Resource("Table", TABLE, "AWS::DynamoDB::Table", "CREATE_COMPLETE"),
        "HashSecret": Resource("HashSecret", "hashes", "AWS::SecretsManager::Secret", "CREATE_COMPLETE"),
    }
    session = boto3.Session()
    session.client("secretsmanager").create_secret(Name="links", SecretString="k" * 64)
    return Stack(
        StackPlace("earshot", "eu-central-1", is_local=False),
        "UPDATE_COMPLETE",
        {"TableName": TABLE},
        resources,
        session,
        None,
    )


@pytest.fixture
def restored(dynamodb: Any) -> str:
    dynamodb.create_table(TableName="restored", **table_properties())
    assert DynamoDBSurveys(dynamodb, "restored").put(make_survey(), None)
    return "restored"


def test_a_table_of_ours_is_taken(stack: Stack, restored: str) -> None:
    RestoredTable(stack, restored).check()


def test_a_table_that_is_not_there_is_refused_in_a_sentence(stack: Stack) -> None:
    with pytest.raises(UsageError, match="There is no table 'nowhere' in the stack's account and region"):
        RestoredTable(stack, "nowhere").check()


def test_a_table_without_a_survey_or_with_other_keys_is_none_of_ours(stack: Stack, dynamodb: Any) -> None:
    dynamodb.create_table(TableName="empty", **table_properties())
    dynamodb.create_table(
        TableName="other",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    for name in ("empty", "other"):
        with pytest.raises(UsageError, match=f"{name} is not an Earshot table"):
            RestoredTable(stack, name).check()


def test_a_table_without_the_index_is_refused(stack: Stack, dynamodb: Any) -> None:
    shape = {name: value for name, value in table_properties().items() if name != "GlobalSecondaryIndexes"}
    keys = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    dynamodb.create_table(TableName="bare", **(shape | {"AttributeDefinitions": keys}))
    assert DynamoDBSurveys(dynamodb, "bare").put(make_survey(), None)

    with pytest.raises(CommandError, match="bare has no index DueIndex"):
        RestoredTable(stack, "bare").check()


def test_what_a_restore_leaves_off_is_turned_on_and_doing_it_again_changes_nothing(stack: Stack, restored: str) -> None:
    candidate = RestoredTable(stack, restored)
    before = read(stack, restored)
    assert before
    assert len(list(faults(before, must_be_protected=True))) == 4

    candidate.set_up(TABLE)
    after = read(stack, restored)
    assert after
    assert [fault for fault, _ in faults(after, must_be_protected=True)] == [
        "its stream is off, so changes are neither published nor counted in funnels"
    ]
    names = candidate.turn_stream_on()
    candidate.set_up(TABLE)
    assert names == candidate.turn_stream_on()
    after = read(stack, restored)
    assert after
    assert not list(faults(after, must_be_protected=True))
    assert ":stream/" not in names.arn
    assert names.stream.startswith(f"{names.arn}/stream/")


def test_the_old_table_is_the_stacks_and_once_it_is_not_the_one_that_was_noted(stack: Stack, restored: str) -> None:
    candidate = RestoredTable(stack, restored)
    assert candidate.old(TABLE) == TABLE
    assert candidate.old(None) is None
    candidate.set_up(TABLE)

    assert (candidate.old(None), candidate.old(restored)) == (TABLE, TABLE)


def test_a_preview_reports_and_changes_nothing(stack: Stack, restored: str, dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "X#1"}, "sk": {"S": "META"}, "reason": {"S": "erased"}})
    service = Restore(stack, restored, with_responses=False, step=lambda _: nullcontext(lambda _: None))

    wanting = service.preview()
    assert list(listed(wanting)) == ["suppressed addresses 1"]
    assert list(listed(Counter())) == []
    assert "Item" not in dynamodb.get_item(TableName=restored, Key={"pk": {"S": "X#1"}, "sk": {"S": "META"}})
    table = read(stack, restored)
    assert table
    assert table.stream is None
