"""The accounts that people belong to."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from earshot.domain.accounts import Account


class Accounts(Protocol):
    """The accounts, by their ids."""

    def get(self, account: str) -> Account | None:
        """Read an account as it is now."""

    def get_many(self, accounts: Iterable[str]) -> Mapping[str, Account]:
        """Read many accounts as they are now, by id; those that are not there are left out."""

    def put(self, account: Account, replaces: Account | None) -> bool:
        """Write an account if it still is what it `replaces` (None: if there is none); False if another was faster."""

    def make_bare(self, accounts: Iterable[str], now: int) -> None:
        """Make those of some accounts that are not there, with their ids alone (`now` in Unix milliseconds).

        One that is there stays as it is.
        """
