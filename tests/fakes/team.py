"""Members and accounts in memory."""

from collections.abc import Iterable, Mapping

from earshot.domain.accounts import Account
from earshot.domain.members import Member


class InMemoryMembers:
    """Members in a dictionary, also those who were removed."""

    def __init__(self, *members: Member) -> None:
        self.kept = {member.id: member for member in members}

    def all(self) -> dict[str, Member]:
        return {name: self.kept[name] for name in sorted(self.kept)}

    def get(self, member: str) -> Member | None:
        return self.kept.get(member)

    def put(self, member: Member, replaces: Member | None) -> bool:
        found = self.kept.get(member.id)
        if (found and found.revision) != (replaces and replaces.revision):
            return False
        self.kept[member.id] = member
        return True


class InMemoryAccounts:
    """Accounts in a dictionary."""

    def __init__(self, *accounts: Account) -> None:
        self.kept = {account.id: account for account in accounts}

    def get(self, account: str) -> Account | None:
        return self.kept.get(account)

    def get_many(self, accounts: Iterable[str]) -> Mapping[str, Account]:
        return {account: self.kept[account] for account in accounts if account in self.kept}

    def put(self, account: Account, replaces: Account | None) -> bool:
        found = self.kept.get(account.id)
        if (found and found.revision) != (replaces and replaces.revision):
            return False
        self.kept[account.id] = account
        return True

    def make_bare(self, accounts: Iterable[str], now: int) -> None:
        for account in accounts:
            self.kept.setdefault(account, Account(account, made_at=now))
