"""The accounts' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
from earshot.domain.accounts import Account
from tests.factories import NOON
from tests.fakes.team import InMemoryAccounts

BARE = Account("Büro & Söhne #1/2", made_at=NOON)
FULL = Account("ACME", "Acme Inc.", "ann", {"key_account": "yes", "Größe": "L"}, NOON, revision=3)


@pytest.fixture(params=["fake", "dynamodb"])
def accounts(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryAccounts()
    return DynamoDBAccounts(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("account", [BARE, FULL])
def test_an_account_is_kept_as_it_is(accounts: Any, account: Account) -> None:
    assert accounts.get(account.id) is None
    assert accounts.put(account, None)
    assert accounts.get(account.id) == account
    assert accounts.get_many([account.id, "nobody", account.id]) == {account.id: account}


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(accounts: Any) -> None:
    assert accounts.put(FULL, None)
    assert not accounts.put(FULL, None)
    newer = replace(FULL, owner=None, revision=4)
    assert accounts.put(newer, FULL)
    assert not accounts.put(replace(FULL, name="Other"), FULL)
    assert accounts.get("ACME") == newer


def test_an_unknown_account_is_made_bare_and_a_known_one_stays(accounts: Any) -> None:
    assert accounts.put(FULL, None)
    accounts.make_bare([BARE.id, FULL.id], NOON)
    accounts.make_bare([BARE.id], NOON + 1)
    assert accounts.get_many([BARE.id, FULL.id]) == {BARE.id: BARE, FULL.id: FULL}
