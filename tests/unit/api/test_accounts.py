"""Accounts as they are sent: each fault named with its row, each id in its one spelling."""

from typing import Any

import pytest

from earshot.api.accounts import read_account_id, read_accounts
from earshot.domain.accounts import AccountDraft
from earshot.domain.errors import InvalidError


def test_only_what_is_given_stands_in_a_draft_and_the_id_is_spelled_as_a_person_names_it() -> None:
    rows = [
        {"id": "  Bu\u0308ro\u200b &  Söhne "},
        {"id": "ACME", "name": "Acme", "owner": "kim", "properties": {"seats": 25}},
        {"id": "x", "name": None, "owner": "", "properties": None},
    ]
    assert read_accounts({"accounts": rows}) == [
        AccountDraft("Büro & Söhne", {}),
        AccountDraft("ACME", {"name": "Acme", "owner": "kim", "properties": {"seats": "25"}}),
        AccountDraft("x", {"name": None, "owner": None, "properties": {}}),
    ]
    assert read_account_id({"id": " Bu\u0308ro"}) == "Büro"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, "accounts: this field is required"),
        ({"accounts": []}, "accounts: it has 0 accounts; a batch has 1 to 100"),
        ({"accounts": [{"id": "x"}] * 101}, "accounts: it has 101 accounts; a batch has 1 to 100"),
        ({"accounts": [{}]}, "accounts[0].id: this field is required"),
        ({"accounts": [{"id": "x"}, {"id": " "}]}, "accounts[1].id: it is empty"),
        ({"accounts": [{"id": "x" * 201}]}, "accounts[0].id: it has 201 characters"),
        ({"accounts": [{"id": "x", "owner": "Kim"}]}, "accounts[0].owner: the id of a member has 1 to 63"),
        ({"accounts": [{"id": "x", "lead": "kim"}]}, "accounts[0].lead: there is no such field"),
        ({"accounts": [{"id": "x"}], "more": 1}, "more: the body has only 'accounts'"),
    ],
)
def test_a_fault_names_its_row_and_the_reason(body: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_accounts(body)
    assert str(refused.value.faults[0]).startswith(fault)


@pytest.mark.parametrize("query", [{}, {"id": " "}, {"id": "x", "name": "y"}])
def test_one_account_is_asked_for_by_its_id(query: dict[str, str]) -> None:
    with pytest.raises(InvalidError):
        read_account_id(query)
