"""Choose who owns a case that opens, and by when it is due."""

from collections.abc import Mapping
from functools import cached_property

from earshot.domain.accounts import Account
from earshot.domain.business_time import Calendar
from earshot.domain.case_owners import NamedOwners, choose_owner
from earshot.domain.case_settings import CaseSettings
from earshot.domain.cases import OwnedBy
from earshot.domain.members import Member
from earshot.domain.opened_cases import CaseOrigin, Opening, priority_of
from earshot.ports.accounts import Accounts
from earshot.ports.calendars import Calendars
from earshot.ports.team import Members, Turns


class CaseOpenings:
    """How cases open. It reads the team once, and each calendar: make one for the messages of a batch."""

    def __init__(self, members: Members, accounts: Accounts, calendars: Calendars, turns: Turns) -> None:
        self._members, self._accounts, self._calendars, self._turns = members, accounts, calendars, turns
        self._known: dict[str, Calendar | None] = {}

    @cached_property
    def team(self) -> Mapping[str, Member]:
        """Return the members, with those who were removed, as they were when they were first asked for."""
        return self._members.all()

    @property
    def has_team(self) -> bool:
        """Return whether there is anybody who could own a case."""
        return any(member.removed_at is None for member in self.team.values())

    def is_key_account(self, account: str) -> bool:
        """Return whether an account is a key account."""
        found = self._accounts.get(account)
        return found is not None and found.is_key

    def opening(self, origin: CaseOrigin, settings: CaseSettings) -> Opening:
        """Return how a case opens in a survey with these settings; if a role decides, one of its turns is taken."""
        account = self._account_of(origin)
        named = NamedOwners(
            by_property=origin.properties.get(settings.owner_property or ""),
            account=account.owner if account else None,
            rule=origin.rule_owner,
            roles=tuple(role for role in (origin.rule_role, settings.role) if role is not None),
            survey=settings.owner,
        )
        owner, owned_by = choose_owner(named, self.team, origin.at, self._turns.next)
        return self._opening(origin, account, self.team.get(owner or ""), owned_by, settings)

    def owned_by_hand(self, owner: Member, origin: CaseOrigin, settings: CaseSettings) -> Opening:
        """Return how a case opens whose owner somebody named; no turn is taken."""
        return self._opening(origin, self._account_of(origin), owner, OwnedBy.HAND, settings)

    def _account_of(self, origin: CaseOrigin) -> Account | None:
        return self._accounts.get(origin.account) if origin.account is not None else None

    def _opening(
        self,
        origin: CaseOrigin,
        account: Account | None,
        owner: Member | None,
        owned_by: OwnedBy | None,
        settings: CaseSettings,
    ) -> Opening:
        is_key_account = account is not None and account.is_key
        priority = priority_of(origin.score, contact_requested=origin.contact_requested, is_key_account=is_key_account)
        return Opening(
            score=origin.score,
            priority=priority,
            owner=owner.id if owner else None,
            owned_by=owned_by,
            calendar=self._calendar_of(owner, settings),
            targets=settings.targets.of(priority),
        )

    def _calendar_of(self, member: Member | None, settings: CaseSettings) -> Calendar | None:
        """Return the calendar of the owner, else the survey's; None: around the clock."""
        name = (member.calendar if member else None) or settings.calendar
        if name is None:
            return None
        if name not in self._known:
            self._known[name] = self._calendars.get(name)
        return self._known[name]
