"""What a request asks for: the partition keys it touches, and the recipients of a mail."""

import json
from typing import Any

import pytest

from earshot_cli.local.ministack_requests import conditions, family, from_address, leading_keys, mail_needs


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
def test_a_family_names_nobody(key: str, shared: str) -> None:
    assert family(key) == shared


def needs(mail: dict[str, Any], *identities: str, in_sandbox: bool = False) -> list[tuple[str, str]]:
    return mail_needs(json.dumps(mail).encode(), "1", "r", identities, in_sandbox=in_sandbox)


def identities_of(mail: dict[str, Any], *identities: str, in_sandbox: bool = False) -> list[str]:
    return [resource.partition("identity/")[2] for _, resource in needs(mail, *identities, in_sandbox=in_sandbox)]


@pytest.mark.parametrize(
    ("identities", "used"),
    [
        (("survey@mail.example.com", "mail.example.com"), "survey@mail.example.com"),
        (("mail.example.com", "example.com"), "mail.example.com"),
        (("example.com", "example.net"), "example.com"),
        ((), "mail.example.com"),
    ],
)
def test_a_mail_goes_under_the_narrowest_identity_that_was_verified(identities: tuple[str, ...], used: str) -> None:
    mail = {"FromEmailAddress": "Acme <survey@mail.example.com>"}
    assert identities_of(mail, *identities) == [used]
    assert from_address(json.dumps(mail).encode()) == "survey@mail.example.com"


def test_in_the_sandbox_the_identities_of_recipients_are_needed_too() -> None:
    mail = {"FromEmailAddress": "survey@example.com", "Destination": {"ToAddresses": ["Ann <ann@example.net>"]}}
    verified = ("example.com", "ann@example.net")
    assert identities_of(mail, *verified, in_sandbox=True) == list(verified)
    assert identities_of(mail, *verified) == ["example.com"]
    # Of one that was not verified there is none to need: SES refuses the mail itself.
    assert identities_of(mail, "example.com", in_sandbox=True) == ["example.com"]


def test_a_mail_needs_its_identity_and_its_configuration_set() -> None:
    mail = {"FromEmailAddress": "Acme <survey@example.com>", "Content": {"Raw": {"Data": ""}}}
    place = "arn:aws:ses:r:1"
    assert needs(mail) == [
        ("ses:SendEmail", f"{place}:identity/example.com"),
        ("ses:SendRawEmail", f"{place}:identity/example.com"),
    ]
    reported = {**mail, "ConfigurationSetName": "stack-mails", "Content": {"Simple": {}}}
    assert needs(reported) == [
        ("ses:SendEmail", f"{place}:identity/example.com"),
        ("ses:SendEmail", f"{place}:configuration-set/stack-mails"),
    ]


def checked(**request: Any) -> dict[str, Any]:
    return conditions(json.dumps({"TableName": "t", **request}).encode())


KEY = {"pk": {"S": "P#ann"}, "sk": {"S": "META"}}


@pytest.mark.parametrize(
    ("request_", "attributes", "select"),
    [
        ({"Key": KEY}, ["pk", "sk"], "ALL_ATTRIBUTES"),
        ({"Key": KEY, "ProjectionExpression": "erased, pk"}, ["erased", "pk", "sk"], "SPECIFIC_ATTRIBUTES"),
        (
            {"Key": KEY, "ProjectionExpression": "#n.first, tags[0]", "ExpressionAttributeNames": {"#n": "name"}},
            ["name", "pk", "sk", "tags"],
            "SPECIFIC_ATTRIBUTES",
        ),
        ({"Key": KEY, "AttributesToGet": ["email"]}, ["email", "pk", "sk"], "SPECIFIC_ATTRIBUTES"),
        ({"KeyConditionExpression": "pk = :p AND begins_with(sk, :s)"}, ["pk", "sk"], "ALL_ATTRIBUTES"),
        ({"KeyConditionExpression": "pk = :pk", "Select": "COUNT"}, ["pk"], "COUNT"),
        (
            {"KeyConditionExpression": "pk = :p", "Select": "COUNT", "FilterExpression": "contains(email, :e)"},
            ["email", "pk"],
            "COUNT",
        ),
        (
            {"KeyConditionExpression": "due_shard = :p", "IndexName": "DueIndex"},
            ["due_shard"],
            "ALL_PROJECTED_ATTRIBUTES",
        ),
    ],
)
def test_a_read_is_checked_by_every_attribute_it_names_and_by_what_it_selects(
    request_: dict[str, Any], attributes: list[str], select: str
) -> None:
    assert checked(**request_) == {"dynamodb:Attributes": attributes, "dynamodb:Select": select}


@pytest.mark.parametrize(
    ("request_", "attributes", "returned"),
    [
        ({"Item": {**KEY, "email": {"S": "a"}}}, ["email", "pk", "sk"], "NONE"),
        (
            {
                "Key": KEY,
                "UpdateExpression": "SET v = if_not_exists(v, :none) + :one, #e = :e REMOVE last_invitation",
                "ConditionExpression": "attribute_exists(pk) AND NOT locale IN (:a, :b)",
                "ExpressionAttributeNames": {"#e": "expires"},
                "ReturnValues": "ALL_NEW",
            },
            ["expires", "last_invitation", "locale", "pk", "sk", "v"],
            "ALL_NEW",
        ),
    ],
)
def test_a_write_is_checked_by_every_attribute_it_names_and_by_what_comes_back(
    request_: dict[str, Any], attributes: list[str], returned: str
) -> None:
    assert checked(**request_) == {"dynamodb:Attributes": attributes, "dynamodb:ReturnValues": returned}


def test_a_batch_and_a_transaction_are_checked_by_all_their_parts() -> None:
    some = {"Keys": [KEY], "ProjectionExpression": "erased"}
    assert checked(RequestItems={"t": some}) == {
        "dynamodb:Attributes": ["erased", "pk", "sk"],
        "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
    }
    assert checked(RequestItems={"t": some, "u": {"Keys": [KEY]}})["dynamodb:Select"] == "ALL_ATTRIBUTES"
    update = {"Key": KEY, "UpdateExpression": "SET email = :e"}
    found = checked(TransactItems=[{"Put": {"Item": KEY}}, {"Update": update}])
    assert found == {"dynamodb:Attributes": ["email", "pk", "sk"], "dynamodb:ReturnValues": "NONE"}
