"""Accounts as they are sent, checked field by field, and as they are shown."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.people import LONGEST_NAME
from earshot.api.properties import PROPERTIES_OR_NULL
from earshot.api.schema import (
    NO_SUCH_FIELD,
    NO_SUCH_PARAMETER,
    Batch,
    Line,
    Name,
    NoOthers,
    NullOrEmpty,
    Object,
    Optional,
    Required,
)
from earshot.api.team import MEMBER_ID
from earshot.domain.accounts import Account, AccountDraft
from earshot.services.team.manage_accounts import SavedAccount

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Positive, words
    from earshot.services.team.manage_accounts import AccountOutcome

    class AccountView(TypedDict):
        """An account: a company that people belong to."""

        id: str
        revision: Positive
        name: str | None
        owner: Annotated[str | None, "The member who looks after it."]
        properties: dict[str, str]

    class SavedAccountView(AccountView):
        """An account as it is now, and what became of it."""

        outcome: Annotated[str, words(*(outcome.value for outcome in AccountOutcome))]

    class SavedAccounts(TypedDict):
        """What became of each account, in order."""

        accounts: list[SavedAccountView]


LONGEST_BATCH = 100


def read_accounts(body: Mapping[str, Any]) -> list[AccountDraft]:
    """Read the accounts of `POST /v1/accounts`; all faults of all of them are named, or none is taken."""
    return [_draft(row) for row in ACCOUNTS.read(body)["accounts"]]


def read_account_id(query: Mapping[str, str]) -> str:
    """Read which account is meant, in the spelling of its id."""
    return str(ACCOUNT_QUERY.read(query)["id"])


def account_view(account: Account) -> "AccountView":
    """Show an account."""
    return {
        "id": account.id,
        "revision": account.revision,
        "name": account.name,
        "owner": account.owner,
        "properties": dict(account.properties),
    }


def saved_accounts_view(saved: Iterable[SavedAccount]) -> "SavedAccounts":
    """Show what became of accounts."""
    return {"accounts": [{**account_view(each.account), "outcome": each.outcome.value} for each in saved]}


def _draft(row: Mapping[str, Any]) -> AccountDraft:
    return AccountDraft(row["id"], {name: value for name, value in row.items() if name != "id"})


# As a person names it.
ACCOUNT_ID = Name(LONGEST_NAME)
ACCOUNT = Object(
    Required("id", ACCOUNT_ID),
    Optional("name", NullOrEmpty(Line(LONGEST_NAME))),
    Optional("owner", NullOrEmpty(MEMBER_ID)),
    Optional("properties", PROPERTIES_OR_NULL),
    NoOthers(NO_SUCH_FIELD),
)
ACCOUNTS = Object(
    Required("accounts", Batch("accounts", LONGEST_BATCH, ACCOUNT)),
    NoOthers("the body has only 'accounts'"),
    name="AccountsBatch",
)
ACCOUNT_QUERY = Object(Required("id", ACCOUNT_ID), NoOthers(NO_SUCH_PARAMETER))
