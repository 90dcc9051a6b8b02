"""What a request asks for: the partition keys it touches, and whom a mail needs."""

import json
from typing import Any

import pytest

from earshot_cli.local.engine_requests import family, leading_keys, mail_needs


def partition_key(_: str, index: str | None) -> str:
    return "due_shard" if index else "pk"


def keys(**request: Any) -> list[str]:
    return leading_keys(json.dumps({"TableName": "t", **request}).encode(), partition_key)


def item(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "META"}}


def test_an_item_is_named_by_its_key() -> None:
    assert keys(Key=item("P#ann")) == keys(Item={**item("P#ann"), "name": {"S": "Ann"}}) == ["P#ann"]


@pytest.mark.parametrize(
    "names",
    [
        {"KeyConditionExpression": "pk = :p AND begins_with(sk, :s)"},
        {"KeyConditionExpression": "#k = :p and #s < :s", "ExpressionAttributeNames": {"#k": "pk", "#s": "sk"}},
        {"KeyConditionExpression": "sk = :s AND pk=:p"},
    ],
)
def test_a_query_is_named_by_what_its_partition_key_equals(names: dict[str, Any]) -> None:
    assert keys(**names, ExpressionAttributeValues={":p": {"S": "C#s#all"}, ":s": {"S": "x"}}) == ["C#s#all"]


def test_a_query_of_an_index_is_named_by_the_key_of_the_index() -> None:
    asked = {"KeyConditionExpression": "due_shard = :shard AND due_order <= :now", "IndexName": "DueIndex"}
    assert keys(**asked, ExpressionAttributeValues={":shard": {"S": "DUE#3"}, ":now": {"S": "1"}}) == ["DUE#3"]


def test_a_transaction_is_named_by_all_its_items() -> None:
    actions = [
        {"Put": {"TableName": "t", "Item": item("R#s#1")}},
        {"Update": {"TableName": "t", "Key": item("C#s#all")}},
        {"Delete": {"TableName": "t", "Key": item("P#ann")}},
        {"ConditionCheck": {"TableName": "t", "Key": item("SURVEY#s")}},
    ]
    request = json.dumps({"TransactItems": actions}).encode()
    assert leading_keys(request, partition_key) == ["C#s#all", "P#ann", "R#s#1", "SURVEY#s"]


def test_a_batch_is_named_by_all_its_keys() -> None:
    read = {"RequestItems": {"t": {"Keys": [item("P#ann"), item("X#1"), item("P#ann")]}}}
    written = {"t": [{"PutRequest": {"Item": item("P#a")}}, {"DeleteRequest": {"Key": item("X#2")}}]}
    assert leading_keys(json.dumps(read).encode(), partition_key) == ["P#ann", "X#1"]
    assert leading_keys(json.dumps({"RequestItems": written}).encode(), partition_key) == ["P#a", "X#2"]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"TableName": "t"}'])
def test_what_touches_no_key_has_none(body: bytes) -> None:
    assert leading_keys(body, partition_key) == []


@pytest.mark.parametrize(
    ("key", "shared"), [("P#ann@example.com", "P#"), ("R#s#1", "R#"), ("SURVEYS", "SURVEYS"), ("DUE#CAMPAIGNS", "DUE#")]
)
def test_a_family_tells_of_nobody(key: str, shared: str) -> None:
    assert family(key) == shared


def test_a_mail_needs_its_identity_and_its_configuration_set() -> None:
    mail = {"FromEmailAddress": "Acme <survey@example.com>", "Content": {"Raw": {"Data": ""}}}
    place = "arn:aws:ses:r:1"
    assert mail_needs(json.dumps(mail).encode(), "1", "r") == [
        ("ses:SendEmail", f"{place}:identity/example.com"),
        ("ses:SendRawEmail", f"{place}:identity/example.com"),
    ]
    told = {**mail, "ConfigurationSetName": "stack-mails", "Content": {"Simple": {}}}
    assert mail_needs(json.dumps(told).encode(), "1", "r") == [
        ("ses:SendEmail", f"{place}:identity/example.com"),
        ("ses:SendEmail", f"{place}:configuration-set/stack-mails"),
    ]
