"""Accounts: the companies that people belong to, with the member who looks after each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# The property of an account that says whether it is a key account.
KEY_ACCOUNT = "key_account"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as kept: `owner` is the id of a member; `made_at` is in Unix milliseconds, `revision` starts at 1.

    A person names it by its id, which is free text. One that nobody described yet is bare: it has its id alone.
    """

    id: str
    name: str | None = None
    owner: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    made_at: int = 0
    revision: int = 1

    @property
    def is_key(self) -> bool:
        """Return whether it is a key account: its property `key_account` is `true` or `yes`."""
        return self.properties.get(KEY_ACCOUNT, "").casefold() in ("true", "yes")


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account as a caller describes it: its id, and the fields given, by the names of `Account`."""

    id: str
    fields: Mapping[str, Any]


def described(old: Account | None, draft: AccountDraft, now: int) -> Account:
    """Return the account that a draft makes: the same object if it changes nothing; fields left out stay.

    A new one is made now (Unix milliseconds).
    """
    if old is None:
        return Account(draft.id, made_at=now, **draft.fields)
    new = replace(old, **draft.fields)
    return old if new == old else replace(new, revision=old.revision + 1)
