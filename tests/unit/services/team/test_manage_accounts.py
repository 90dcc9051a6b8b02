"""Accounts are described, many at once; none is written if one is wrong."""

from dataclasses import replace

import pytest

from earshot.domain.access import Role
from earshot.domain.accounts import Account, AccountDraft
from earshot.domain.errors import BusyError, InvalidError, NotFoundError
from earshot.domain.members import Member, removed
from earshot.services.team.manage_accounts import ManageAccountsDeps, find_account, save_accounts
from tests.factories import NOON
from tests.fakes.team import InMemoryAccounts, InMemoryMembers

ANN = Member("ann", "ann@example.com", None, Role.FRONTLINE)
ACME = Account("ACME", "Acme Inc.", "ann", {"plan": "pro"}, NOON - 1)


class Busy(InMemoryAccounts):
    """Accounts that somebody else changes before each of some writes."""

    def __init__(self, *accounts: Account, times: int) -> None:
        super().__init__(*accounts)
        self.times = times

    def put(self, account: Account, replaces: Account | None) -> bool:
        if self.times:
            self.times -= 1
            found = self.kept[account.id]
            self.kept[account.id] = replace(found, revision=found.revision + 1, properties={"seen": str(self.times)})
        return super().put(account, replaces)


def deps(accounts: InMemoryAccounts, *members: Member) -> ManageAccountsDeps:
    return ManageAccountsDeps(accounts, InMemoryMembers(*members), NOON)


def test_each_draft_comes_back_as_its_account_with_what_became_of_it() -> None:
    accounts = InMemoryAccounts(ACME, Account("bare", made_at=NOON - 2))
    drafts = [
        AccountDraft("ACME", {"name": "Acme Inc."}),
        AccountDraft("bare", {"owner": "ann"}),
        AccountDraft("new", {}),
    ]
    saved = save_accounts(drafts, deps(accounts, ANN))
    assert [each.outcome.value for each in saved] == ["unchanged", "updated", "created"]
    bare, new = Account("bare", owner="ann", made_at=NOON - 2, revision=2), Account("new", made_at=NOON)
    assert [each.account for each in saved] == [ACME, bare, new]
    assert find_account("new", accounts) == new


def test_an_account_named_twice_or_an_owner_who_left_is_named_and_nothing_is_written() -> None:
    accounts = InMemoryAccounts()
    drafts = [
        AccountDraft("ACME", {"owner": "zoe"}),
        AccountDraft("Other", {"owner": "gone"}),
        AccountDraft("ACME", {"owner": "ann"}),
    ]
    with pytest.raises(InvalidError) as refused:
        save_accounts(drafts, deps(accounts, ANN, removed(replace(ANN, id="gone"), NOON)))
    assert [str(fault) for fault in refused.value.faults] == [
        "accounts[2].id: it is the same account as accounts[0]",
        "accounts[0].owner: there is no member 'zoe'; add them first",
        "accounts[1].owner: the member 'gone' was removed; name another one, or add them again",
    ]
    assert accounts.kept == {}


def test_a_draft_that_loses_a_race_is_made_on_what_there_is_then() -> None:
    (saved,) = save_accounts([AccountDraft("ACME", {"name": "Acme"})], deps(Busy(ACME, times=1)))
    assert saved.account == replace(ACME, name="Acme", properties={"seen": "0"}, revision=3)
    with pytest.raises(BusyError):
        save_accounts([AccountDraft("ACME", {"name": "Acme"})], deps(Busy(ACME, times=9)))


def test_an_account_that_nobody_named_is_not_there() -> None:
    with pytest.raises(NotFoundError, match="there is no account of this id"):
        find_account("nobody", InMemoryAccounts(ACME))
