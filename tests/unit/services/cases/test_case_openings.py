"""How cases open: who owns them, how urgent they are and by when they are due."""

from dataclasses import replace

import pytest

from earshot.domain.access import Role
from earshot.domain.accounts import Account
from earshot.domain.business_time import Calendar
from earshot.domain.case_settings import CaseSettings, Priority, Targets, TargetsByPriority
from earshot.domain.cases import OwnedBy
from earshot.domain.members import Member, removed
from earshot.domain.opened_cases import CaseOrigin
from earshot.services.cases.case_openings import CaseOpenings
from tests.factories import NOON, make_member
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.team import InMemoryAccounts, InMemoryMembers, InMemoryTurns, case_openings

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),))
BERLIN, OSLO = Calendar("berlin", "Europe/Berlin", WEEK), Calendar("oslo", "Europe/Oslo", WEEK)
ORIGIN = CaseOrigin(NOON, score=5)


class CountingMembers(InMemoryMembers):
    """Members who count how often they were read."""

    reads = 0

    def all(self) -> dict[str, Member]:
        self.reads += 1
        return super().all()


class CountingCalendars(InMemoryCalendars):
    """Calendars that count how often one was read."""

    reads = 0

    def get(self, calendar: str) -> Calendar | None:
        self.reads += 1
        return super().get(calendar)


class Team:
    """Ann, who works by Oslo's calendar, and Bea."""

    def __init__(self, *accounts: Account) -> None:
        self.members = CountingMembers(make_member("ann", calendar="oslo"), make_member("bea"))
        self.calendars, self.turns = CountingCalendars(BERLIN, OSLO), InMemoryTurns()
        self.openings = CaseOpenings(self.members, InMemoryAccounts(*accounts), self.calendars, self.turns)


def test_the_persons_own_property_comes_before_their_account_and_that_before_the_rule() -> None:
    openings = Team(Account("acme", owner="bea")).openings
    settings = CaseSettings(owner_property="manager", owner="bea")
    origin = CaseOrigin(NOON, properties={"manager": "ann"}, account="acme", rule_owner="ann")
    assert openings.opening(origin, settings).owned_by is OwnedBy.PROPERTY
    origin = replace(origin, properties={"plan": "pro"})
    assert (openings.opening(origin, settings).owner, openings.opening(origin, settings).owned_by) == (
        "bea",
        OwnedBy.ACCOUNT,
    )
    origin = replace(origin, account="unknown")
    assert openings.opening(origin, settings).owned_by is OwnedBy.RULE


def test_a_role_of_the_rule_comes_before_that_of_the_survey_and_takes_turns() -> None:
    team = Team()
    settings = CaseSettings(role=Role.MANAGER, owner="ann")
    owners = [team.openings.opening(replace(ORIGIN, rule_role=Role.FRONTLINE), settings).owner for _ in range(4)]
    assert owners == ["bea", "ann", "bea", "ann"]
    assert team.turns.taken == {Role.FRONTLINE: 4}
    assert team.openings.opening(ORIGIN, settings).owned_by is OwnedBy.SURVEY


def test_the_team_and_each_calendar_are_read_once_and_not_before_a_case_opens() -> None:
    team = Team()
    assert (team.members.reads, team.calendars.reads) == (0, 0)
    for _ in range(3):
        team.openings.opening(ORIGIN, CaseSettings(owner="ann", calendar="berlin"))
    assert (team.members.reads, team.calendars.reads) == (1, 1)


def test_the_hours_are_those_of_the_owner_else_of_the_survey() -> None:
    openings = Team().openings
    for owner, calendar in (("ann", OSLO), ("bea", BERLIN), (None, BERLIN)):
        assert openings.opening(ORIGIN, CaseSettings(owner=owner, calendar="berlin")).calendar == calendar
    assert openings.opening(ORIGIN, CaseSettings(owner="bea")).calendar is None
    assert openings.opening(ORIGIN, CaseSettings(calendar="deleted")).calendar is None


@pytest.mark.parametrize(
    ("origin", "priority"),
    [
        (CaseOrigin(NOON, score=3), Priority.HIGH),
        (CaseOrigin(NOON, score=4), Priority.NORMAL),
        (CaseOrigin(NOON, score=9, contact_requested=True), Priority.HIGH),
        (CaseOrigin(NOON, score=6, account="key"), Priority.HIGH),
        (CaseOrigin(NOON, score=6, account="other"), Priority.NORMAL),
        # What a person says of themselves is not what the account is.
        (CaseOrigin(NOON, score=6, properties={"key_account": "true"}), Priority.NORMAL),
    ],
)
def test_a_case_is_urgent_by_score_by_request_or_for_a_key_account(origin: CaseOrigin, priority: Priority) -> None:
    accounts = (Account("key", properties={"key_account": "True"}), Account("other", properties={"key_account": "no"}))
    settings = CaseSettings(targets=TargetsByPriority(Targets(1, 2), Targets(3, 4)))
    found = Team(*accounts).openings.opening(origin, settings)
    assert (found.priority, found.targets) == (priority, settings.targets.of(priority))


def test_there_is_a_team_as_long_as_somebody_was_not_removed() -> None:
    ann = make_member("ann")
    assert [case_openings(*team).has_team for team in ((), (ann,), (removed(ann, NOON),))] == [False, True, False]


def test_nobody_owns_a_case_that_names_nobody() -> None:
    found = Team().openings.opening(ORIGIN, CaseSettings())
    assert (found.owner, found.owned_by) == (None, None)
