"""Accounts in DynamoDB, each in a partition of its own."""

from collections.abc import Iterable, Mapping
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, TableAdapter, put
from earshot.domain.accounts import Account


class DynamoDBAccounts(TableAdapter):
    """The `Accounts` port over the table."""

    def get(self, account: str) -> Account | None:
        """Read an account as it is now."""
        item = self._table.get(table_keys.account_key(account))
        return read_account(item) if item else None

    def get_many(self, accounts: Iterable[str]) -> Mapping[str, Account]:
        """Read many accounts as they are now, by id; those that are not there are left out."""
        wanted = [table_keys.account_key(account) for account in dict.fromkeys(accounts)]
        return {found.id: found for found in map(read_account, self._table.get_many(wanted))}

    def put(self, account: Account, replaces: Account | None) -> bool:
        """Write an account if it still is what it `replaces`; False if another writer was faster."""
        item = account_item(account)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=replaces.revision))

    def make_bare(self, accounts: Iterable[str], now: int) -> None:
        """Make those of some accounts that are not there, with their ids alone (`now` in Unix milliseconds)."""
        wanted = {account: table_keys.account_key(account) for account in accounts}
        # Most are there: to look costs a tenth of a write that is refused. Of one made a second ago the write decides.
        known = {read_account(item).id for item in self._table.get_many(list(wanted.values()), consistent=False)}
        for account in wanted.keys() - known:
            self.put(Account(account, made_at=now), None)


def account_item(account: Account) -> dict[str, Any]:
    """Write an account; what it lacks takes no room."""
    return {
        **table_keys.account_key(account.id),
        "type": "account",
        "v": account.revision,
        "name": account.name,
        "owner": account.owner,
        "properties": dict(account.properties) or None,
        "made_at": account.made_at,
    }


def read_account(item: Item) -> Account:
    """Read an account back; KeyError, TypeError or ValueError if the item is none."""
    return Account(
        id=table_keys.account_of(item["pk"]),
        name=item.get("name"),
        owner=item.get("owner"),
        properties=item.get("properties", {}),
        made_at=item["made_at"],
        revision=item["v"],
    )
