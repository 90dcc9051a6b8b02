"""A restored table before it is put into service: what is none of ours is refused, what is lacking is turned on."""

from collections import Counter
from contextlib import nullcontext

import boto3
import pytest

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot_cli.errors import UsageError
from earshot_cli.ops.doctor.table import faults, of_properties, read
from earshot_cli.ops.restore import restore as restoring
from earshot_cli.ops.restore.restore import Restore, listed
from earshot_cli.ops.restore.restored_table import RestoredTable
from tests.factories import make_survey
from tests.integration.adapters.conftest import TABLE, table_properties
from tests.integration.ops.restore.conftest import RESTORED, Drill, silent
from tests.integration.template.stack import stack

PROPERTIES = stack().resources["Table"]["Properties"]
WANTED = of_properties(PROPERTIES)


def restored(drill: Drill, name: str = RESTORED) -> RestoredTable:
    return RestoredTable(drill.stack(), name, PROPERTIES)


def lacking(drill: Drill, name: str = RESTORED) -> list[str]:
    table = read(drill.stack(), name)
    assert table
    return [fault for fault, *_ in faults(table, WANTED, must_be_protected=True)]


def test_a_table_of_ours_is_taken(drill: Drill) -> None:
    restored(drill).check()


def test_a_table_that_is_not_there_is_refused_in_a_sentence(drill: Drill) -> None:
    with pytest.raises(UsageError, match="There is no table 'nowhere' in the stack's account and region"):
        restored(drill, "nowhere").check()


def test_a_table_without_a_survey_or_with_other_keys_is_none_of_ours(drill: Drill) -> None:
    drill.dynamodb.create_table(TableName="empty", **table_properties())
    drill.dynamodb.create_table(
        TableName="other",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    for name in ("empty", "other"):
        with pytest.raises(UsageError, match=f"{name} is not an Earshot table"):
            restored(drill, name).check()


def test_what_a_restore_leaves_off_is_turned_on_and_the_stream_last(drill: Drill) -> None:
    assert len(lacking(drill)) == 4

    table = restored(drill)
    assert table.align(stream=False) == ["deletion protection", "point in time recovery", "time to live"]
    assert lacking(drill) == ["its stream is off, so changes are neither published nor counted in funnels"]
    assert table.align(stream=True) == ["the stream"]
    assert lacking(drill) == []
    assert table.align(stream=True) == []
    assert table.stream_arn.startswith(f"{table.arn}/stream/")


def test_an_index_that_is_missing_or_another_is_made(drill: Drill) -> None:
    shape = table_properties()
    (due, mailbox, *others) = shape["GlobalSecondaryIndexes"]
    (only_key,) = mailbox["KeySchema"]
    attributes = [one for one in shape["AttributeDefinitions"] if one["AttributeName"] != only_key["AttributeName"]]
    indexes = [{**due, "Projection": {"ProjectionType": "ALL"}}, *others]
    drill.dynamodb.create_table(
        TableName="bare", **{**shape, "GlobalSecondaryIndexes": indexes, "AttributeDefinitions": attributes}
    )
    assert DynamoDBSurveys(drill.dynamodb, "bare").put(make_survey(), None)
    names = [index["IndexName"] for index in shape["GlobalSecondaryIndexes"]]

    done = restored(drill, "bare").align(stream=True)
    assert done[:3] == [f"{names[0]} as it was", names[0], names[1]]
    assert lacking(drill, "bare") == []


def test_the_table_in_use_is_aligned_and_a_new_stream_of_a_restored_one_is_read(drill: Drill) -> None:
    drill.run()
    restored(drill).turn_stream_off()
    drill.dynamodb.update_time_to_live(
        TableName=RESTORED, TimeToLiveSpecification={"AttributeName": "expires", "Enabled": False}
    )
    assert restoring.align(drill.stack(), silent) == ["time to live", "the stream"]
    assert set(drill.readers.values()) == {drill.stream_of(RESTORED)}
    assert restoring.align(drill.stack(), silent) == []


def test_a_preview_reports_and_changes_nothing(drill: Drill) -> None:
    item = {"pk": {"S": "X#1"}, "sk": {"S": "META"}, "reason": {"S": "erased"}}
    drill.dynamodb.put_item(TableName=TABLE, Item=item)
    drill.calls.start()

    wanting = Restore(drill.stack(), RESTORED, False, lambda _: nullcontext(lambda _: None)).preview()
    assert list(listed(wanting)) == ["suppressed addresses 1", "erased or anonymised responses 1", "campaigns 1"]
    assert list(listed(Counter())) == []
    assert drill.calls.made == []
    assert boto3.client("dynamodb").list_tags_of_resource(ResourceArn=restored(drill).arn)["Tags"] == []
