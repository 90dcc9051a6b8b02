"""Members, their turns, and accounts in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from earshot.domain.access import Role
from earshot.domain.accounts import Account
from earshot.domain.members import Member
from earshot.ports.alerts import Alerts
from earshot.ports.cases import Cases, SurveyCases
from earshot.services.alerts.case_alerts import CaseAlerts, CaseAlertsDeps
from earshot.services.cases.case_openings import CaseOpenings
from tests.factories import NOON
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.fake_time import no_pause


class InMemoryMembers:
    """Members in a dictionary, also those who were removed."""

    def __init__(self, *members: Member) -> None:
        self.kept = {member.id: member for member in members}

    def all(self) -> dict[str, Member]:
        return {name: self.kept[name] for name in sorted(self.kept)}

    def get(self, member: str) -> Member | None:
        return self.kept.get(member)

    def put(self, member: Member, replaces: Member | None, followed: Sequence[Member] = ()) -> bool:
        found = self.kept.get(member.id)
        if (found and found.revision) != (replaces and replaces.revision):
            return False
        if any(self.kept[each.id].revision != each.revision for each in followed):
            return False
        self.kept[member.id] = member
        return True


class InMemoryTurns:
    """The turns of roles as numbers."""

    def __init__(self) -> None:
        self.taken: Counter[Role] = Counter()

    def next(self, role: Role) -> int:
        self.taken[role] += 1
        return self.taken[role]


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


def case_openings(*members: Member) -> CaseOpenings:
    """Return how cases open in a team without accounts and calendars."""
    return CaseOpenings(InMemoryMembers(*members), InMemoryAccounts(), InMemoryCalendars(), InMemoryTurns())


def case_alerts(alerts: Alerts, cases: Cases, surveys: SurveyCases) -> CaseAlerts:
    """Return what raises alerts in cases, without a team."""
    return CaseAlerts(CaseAlertsDeps(alerts, cases, surveys, case_openings, no_pause, NOON))
