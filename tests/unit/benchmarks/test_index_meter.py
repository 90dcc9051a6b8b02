"""What a write costs with a sparse index: each charge is held against the rules, and a wrong one is refused."""

from typing import Any

import pytest

from benchmarks.capacity import index_units
from benchmarks.index_meter import Index, checked, indexes_of, key_of
from benchmarks.metering import Call, MeteringError

KEY = {"pk": {"S": "P#ann"}, "sk": {"S": "I#1"}}
PLAIN = {**KEY, "state": {"S": "claimed"}}
DUE = {**KEY, "state": {"S": "scheduled"}, "due_shard": {"S": "DUE#1"}, "due_order": {"S": "1#1"}}
LATER = {**DUE, "due_order": {"S": "2#1"}}
INDEX = Index("DueIndex", ("due_shard", "due_order"), ("pk", "sk", "due_shard", "due_order"))


def schema(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name} for name in names]


def table(projection: str = "KEYS_ONLY") -> dict[str, Any]:
    index = {
        "IndexName": "DueIndex",
        "KeySchema": schema("due_shard", "due_order"),
        "Projection": {"ProjectionType": projection},
    }
    return {"KeySchema": schema("pk", "sk"), "GlobalSecondaryIndexes": [index]}


def charge(total: float, of_index: float = 0) -> dict[str, Any]:
    return {"CapacityUnits": total, "GlobalSecondaryIndexes": {"DueIndex": {"CapacityUnits": of_index}}}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [(None, PLAIN, 0), (None, DUE, 1), (DUE, PLAIN, 1), (DUE, LATER, 2), (DUE, DUE, 0), (DUE, None, 1)],
)
def test_an_entry_costs_as_it_comes_and_goes(before: Any, after: Any, units: int) -> None:
    assert index_units(INDEX.entry(before), INDEX.entry(after), INDEX.key) == units


def test_what_is_not_projected_costs_nothing_and_what_is_costs_its_size() -> None:
    large = {**KEY, "note": {"S": "x" * 2000}}
    assert INDEX.entry({**DUE, "note": {"S": "x" * 2000}}) == INDEX.entry(DUE)
    assert index_units(large, {**large, "note": {"S": "y"}}, ("pk",)) == 2
    assert index_units(large, {**large, "pk": {"S": "P#ben"}}, ("pk",)) == 4


def test_an_index_is_read_off_its_table() -> None:
    assert indexes_of(table()) == (INDEX,)


@pytest.mark.parametrize("described", [table("ALL"), {"KeySchema": schema("pk")}])
def test_an_index_the_rules_were_not_written_for_is_refused(described: Any) -> None:
    with pytest.raises(MeteringError, match="keys only"):
        indexes_of(described)


def test_a_key_is_given_or_stands_in_the_item() -> None:
    assert key_of({"Item": DUE}) == key_of({"Key": KEY}) == KEY


def test_a_write_is_split_into_table_and_index() -> None:
    write = checked(Call("UpdateItem", {"Key": KEY}, {"ConsumedCapacity": charge(2, 1)}), [(DUE, PLAIN)], [INDEX])
    assert (write.table, write.index, write.units) == (1, 1, 2)


def test_a_transaction_doubles_the_table_and_not_the_index() -> None:
    actions = [{"Put": {"Item": DUE}}, {"Update": {"Key": KEY}}]
    call = Call("TransactWriteItems", {"TransactItems": actions}, {"ConsumedCapacity": [charge(5, 1)]})
    write = checked(call, [(None, DUE), (PLAIN, PLAIN)], [INDEX])
    assert (write.table, write.index) == (4, 1)


@pytest.mark.parametrize("expected", [charge(1), charge(3, 1), charge(2, 0)])
def test_an_engine_that_charges_otherwise_than_the_rules_is_not_believed(expected: Any) -> None:
    with pytest.raises(MeteringError, match="rules say 1 \\+ 1"):
        checked(Call("UpdateItem", {"Key": KEY}, {"ConsumedCapacity": expected}), [(DUE, PLAIN)], [INDEX])


def test_the_entries_of_all_indexes_are_charged() -> None:
    mailbox = Index("MailboxIndex", ("mailbox",), ("pk", "sk", "mailbox"))
    arms = {"DueIndex": {"CapacityUnits": 1.0}, "MailboxIndex": {"CapacityUnits": 1.0}}
    reported = {"CapacityUnits": 3.0, "GlobalSecondaryIndexes": arms}
    call = Call("PutItem", {"Item": DUE}, {"ConsumedCapacity": reported})
    write = checked(call, [(None, {**DUE, "mailbox": {"S": "M#1"}})], [INDEX, mailbox])
    assert (write.table, write.index) == (1, 2)


def test_an_item_is_charged_at_its_larger_size() -> None:
    large = {**KEY, "note": {"S": "x" * 2000}}
    write = checked(Call("UpdateItem", {"Key": KEY}, {"ConsumedCapacity": charge(2)}), [(large, PLAIN)], [INDEX])
    assert write.units == 2
