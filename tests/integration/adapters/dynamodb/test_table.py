"""The small layer over DynamoDB that all adapters share: values, conditions, pages, transactions and errors."""

from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from earshot.adapters.dynamodb.table import (
    ABSENT,
    EXISTS,
    Index,
    Query,
    Reason,
    Table,
    delete,
    key_of,
    marshalled,
    put,
    setting,
    unmarshalled,
    update,
)
from earshot.domain.errors import BusyError
from earshot.domain.statement import StatementKind

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
plain = st.recursive(
    texts
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.frozensets(texts, min_size=1),
    lambda values: st.lists(values | st.none()) | st.dictionaries(texts, values),
)


WORDS = Index("Words", "word", "sk")


def schema(partition: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


@pytest.fixture
def table(aws: None) -> Table:
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="words",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=schema("pk"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "word")],
        GlobalSecondaryIndexes=[
            {"IndexName": "Words", "KeySchema": schema("word"), "Projection": {"ProjectionType": "ALL"}}
        ],
    )
    return Table(client, "words")


def item(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": "a", "sk": f"{number:03d}", **more}


@given(st.dictionaries(texts, plain))
def test_plain_values_come_back_as_they_were_written(values: dict[str, Any]) -> None:
    assert unmarshalled(marshalled(values)) == values


def test_each_type_has_its_own_kind_and_missing_values_are_left_out() -> None:
    values = {
        "s": "",
        "n": 1,
        "f": 1.5,
        "b": True,
        "m": {"x": None},
        "l": (1, None),
        "ss": frozenset("ba"),
        "none": None,
    }
    assert marshalled(values) == {
        "s": {"S": ""},
        "n": {"N": "1"},
        "f": {"N": "1.5"},
        "b": {"BOOL": True},
        "m": {"M": {}},
        "l": {"L": [{"N": "1"}, {"NULL": True}]},
        "ss": {"SS": ["a", "b"]},
    }


@pytest.mark.parametrize("value", [StatementKind.FINAL, object(), {1}])
def test_no_member_of_an_enumeration_and_nothing_unknown_is_written(value: Any) -> None:
    with pytest.raises(TypeError, match="has no place in an item"):
        marshalled({"value": value})


def test_an_item_is_written_read_changed_and_deleted_on_conditions(table: Table) -> None:
    assert table.get(item(1)) is None
    assert table.write(put(item(1, name="x", v=1), ABSENT))
    assert not table.write(put(item(1), ABSENT))
    key = key_of(item(1, name="x"))
    assert table.get(key) == item(1, name="x", v=1)
    assert table.get(key, attributes="#name") == {"name": "x"}
    assert not table.write(update(key, setting("v"), "v = :before", v=3, before=2))
    assert table.written(
        update(key, "SET #plan = :plan ADD v :more", EXISTS, names={"plan": "plan=pro"}, plan=7, more=1)
    ) == item(1, name="x", v=2, **{"plan=pro": 7})
    assert table.written(update(item(2), setting("v"), EXISTS, v=3)) is None
    assert not table.write(delete(key, "v = :before", before=1))
    assert table.write(delete(key))
    assert table.get(key) is None


def test_a_query_reads_page_by_page_and_a_page_holds_the_start_of_the_next(table: Table) -> None:
    for number in range(9):
        table.write(put(item(number, word="even" if number % 2 == 0 else "odd")))
    whole = Query(partition="a", consistent=True, limit=4)
    assert [found["sk"] for found in table.query(whole)] == [f"{number:03d}" for number in range(9)]
    found, last = table.page(whole)
    assert ([one["sk"] for one in found], last) == (["000", "001", "002", "003"], item(3))
    assert table.count(whole, behind=item(3)) == (4, item(7))
    assert table.count(whole, behind=item(7)) == (1, None)
    assert table.page(Query(partition="b")) == ([], None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(partition="a", low="002", high="004"), "002 003 004"),
        (Query(partition="a", prefix="00", backwards=True), "004 003 002 001 000"),
        (Query(partition="even", index=WORDS, after="000"), "002 004"),
        (Query(partition="a", holds="#word = :odd", names={"word": "word"}, values={"odd": "odd"}), "001 003"),
    ],
)
def test_a_query_may_be_narrowed(table: Table, query: Query, expected: str) -> None:
    for number in range(5):
        table.write(put(item(number, word="even" if number % 2 == 0 else "odd")))
    assert " ".join(found["sk"] for found in table.query(query)) == expected


def test_a_query_between_bounds_in_reverse_finds_nothing_and_is_not_sent(table: Table) -> None:
    table.write(put(item(3)))
    reversed_bounds = Query(partition="a", low="004", high="002")

    assert list(table.query(reversed_bounds)) == []
    assert table.page(reversed_bounds) == ([], None)
    assert table.count(reversed_bounds) == (0, None)
    # What DynamoDB does with it.
    with pytest.raises(ClientError, match="requires upper bound to be greater than or equal to lower bound"):
        table._client.query(TableName="words", **reversed_bounds.request())


def test_many_items_are_read_a_hundred_keys_a_call(table: Table) -> None:
    for number in range(120):
        table.write(put(item(number)))
    found = table.get_many([item(number) for number in range(150)])
    assert sorted(one["sk"] for one in found) == [f"{number:03d}" for number in range(120)]


def test_all_writes_are_made_or_none(table: Table) -> None:
    assert table.transact(put(item(1, v=1), ABSENT), put(item(2)))
    assert not table.transact(put(item(3)), update(item(1), setting("v"), "v = :before", v=3, before=2))
    assert table.get(item(3)) is None
    assert table.write_together()
    assert table.write_together(delete(item(2)), delete(item(1), "v = :v", v=1))
    assert not table.write_together(delete(item(1), EXISTS))


def test_of_a_refused_transaction_each_write_has_its_reason(table: Table) -> None:
    table.write(put(item(1, v=1)))
    taken = put(item(1), ABSENT)
    found = taken._replace(request={**taken.request, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    assert table.transact_with_reasons([put(item(2)), found]) == [
        Reason(None, None),
        Reason("ConditionalCheckFailed", item(1, v=1)),
    ]
    assert table.transact_with_reasons([put(item(2))]) is None


def error(code: str, *reasons: str) -> ClientError:
    reported: Any = {"Error": {"Code": code, "Message": ""}, "CancellationReasons": [{"Code": one} for one in reasons]}
    return ClientError(reported, "TransactWriteItems")


def refusing(exc: Exception) -> Table:
    """Return a table of which every call fails."""

    def refuse(**_: Any) -> Any:
        raise exc

    names = ("get_item", "query", "put_item", "update_item", "delete_item", "batch_get_item", "transact_write_items")
    return Table(SimpleNamespace(**dict.fromkeys(names, refuse)), "earshot")


@pytest.mark.parametrize(
    "call",
    [
        lambda table: table.get(item(1)),
        lambda table: list(table.get_many([item(1)])),
        lambda table: list(table.query(Query(partition="a"))),
        lambda table: table.write(put(item(1))),
        lambda table: table.write_together(delete(item(1))),
        lambda table: table.transact(put(item(1))),
        lambda table: table.transact_with_reasons([put(item(1))]),
    ],
)
def test_a_throttled_table_is_busy_and_other_errors_stay_as_they_are(call: Any) -> None:
    with pytest.raises(BusyError):
        call(refusing(error("ThrottlingException")))
    with pytest.raises(ClientError):
        call(refusing(error("AccessDeniedException")))


def test_a_single_write_is_tried_again_while_a_transaction_is_in_its_way() -> None:
    replies: list[Any] = [error("TransactionConflictException"), error("TransactionConflictException"), {}]

    def put_item(**_: Any) -> Any:
        reply = replies.pop(0)
        if isinstance(reply, ClientError):
            raise reply
        return reply

    assert Table(SimpleNamespace(put_item=put_item), "earshot").write(put(item(1)))
    assert replies == []


def test_a_conflict_is_distinguished_from_what_never_can_be_written() -> None:
    conflict = refusing(error("TransactionConflictException"))
    assert (conflict.transact(put(item(1))), conflict.write_together(put(item(1)))) == (False, False)
    assert conflict.transact_with_reasons([put(item(1))]) == []
    with pytest.raises(BusyError):
        conflict.write(put(item(1)))
    with pytest.raises(BusyError):
        refusing(error("TransactionCanceledException", "None", "ThrottlingError")).transact(put(item(1)))
    with pytest.raises(ClientError):
        refusing(error("TransactionCanceledException", "ValidationError")).transact(put(item(1)))


def test_what_the_table_never_returns_is_given_up() -> None:
    left = {"Responses": {}, "UnprocessedKeys": {"earshot": {"Keys": [marshalled(item(1))]}}}
    table = Table(SimpleNamespace(batch_get_item=lambda **_: left), "earshot")
    with pytest.raises(BusyError):
        list(table.get_many([item(1)]))
