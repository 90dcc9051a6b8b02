"""Describe accounts, many at once, and read one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from earshot.domain.accounts import Account, AccountDraft, described
from earshot.domain.errors import BusyError, FieldError, InvalidError, NotFoundError
from earshot.domain.members import why_unusable
from earshot.ports.accounts import Accounts
from earshot.ports.team import Members

ATTEMPTS = 5


class AccountOutcome(Enum):
    """What became of a draft, in the word that the API uses."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """An account as it is now, and what became of its draft."""

    account: Account
    outcome: AccountOutcome


@dataclass(frozen=True, slots=True)
class ManageAccountsDeps:
    """What describing accounts works with; `now` is in Unix milliseconds."""

    accounts: Accounts
    members: Members
    now: int


def find_account(account: str, accounts: Accounts) -> Account:
    """Read an account; NotFoundError if nobody named or described one of this id."""
    found = accounts.get(account)
    if found is None:
        raise NotFoundError("there is no account of this id; a person who names one, or POST /v1/accounts, makes it")
    return found


def save_accounts(drafts: Sequence[AccountDraft], deps: ManageAccountsDeps) -> list[SavedAccount]:
    """Create or change accounts, and return the outcome for each; fields left out stay as they are.

    InvalidError if one is there twice, or an owner is no member; then none is written.
    """
    faults = [*_repeats(drafts), *_owners(drafts, deps.members)]
    if faults:
        raise InvalidError(*faults)
    known = deps.accounts.get_many([draft.id for draft in drafts])
    return [_save(draft, known.get(draft.id), deps) for draft in drafts]


def _save(draft: AccountDraft, old: Account | None, deps: ManageAccountsDeps) -> SavedAccount:
    for _ in range(ATTEMPTS):
        new = described(old, draft, deps.now)
        if new is old:
            return SavedAccount(new, AccountOutcome.UNCHANGED)
        if deps.accounts.put(new, old):
            return SavedAccount(new, AccountOutcome.UPDATED if old else AccountOutcome.CREATED)
        old = deps.accounts.get(draft.id)
    raise BusyError("somebody else changes these accounts; try again in a moment")


def _repeats(drafts: Sequence[AccountDraft]) -> list[FieldError]:
    first: dict[str, int] = {}
    places = [(place, first.setdefault(draft.id, place)) for place, draft in enumerate(drafts)]
    return [
        FieldError(f"accounts[{place}].id", f"it is the same account as accounts[{earlier}]")
        for place, earlier in places
        if place != earlier
    ]


def _owners(drafts: Sequence[AccountDraft], members: Members) -> list[FieldError]:
    owners = [(place, draft.fields.get("owner")) for place, draft in enumerate(drafts)]
    named = [(place, owner) for place, owner in owners if owner is not None]
    known = members.all() if named else {}
    return [
        FieldError(f"accounts[{place}].owner", reason)
        for place, owner in named
        if (reason := why_unusable(owner, known)) is not None
    ]
