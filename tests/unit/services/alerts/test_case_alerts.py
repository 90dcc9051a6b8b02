"""Alerts that open a case or join one: who owns it is decided once a response."""

from dataclasses import replace

from earshot.domain.access import Role
from earshot.domain.accounts import Account
from earshot.domain.alert_rules import AlertRule, CaseBy, When
from earshot.domain.alerts import Alert
from earshot.domain.case_settings import CaseSettings, Priority, Targets, TargetsByPriority
from earshot.domain.cases import OwnedBy
from earshot.domain.person import ErasedPerson, Person
from earshot.services.alerts.case_alerts import CaseAlerts, CaseAlertsDeps
from earshot.services.cases.case_openings import CaseOpenings
from earshot.services.cases.open_cases import Outcome
from tests.factories import NOON, make_member, make_person, make_response, make_survey, uuid7
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts, InMemoryMembers, InMemoryTurns

RULE = AlertRule("a", "demo", When.DETRACTOR, opens_case=True, role=Role.FRONTLINE)
CASES = CaseSettings(owner="cy", targets=TargetsByPriority(Targets(1, 2), Targets(3, 4)))


class World:
    """Two frontline members, and Ann of a key account."""

    def __init__(self, *members: str) -> None:
        self.people: dict[str, Person | ErasedPerson] = {"ann": make_person(account="acme")}
        alerts, self.turns = InMemoryAlerts(), InMemoryTurns()
        self.cases = InMemoryCases(alerts, self.people)
        self.accounts = InMemoryAccounts(Account("acme", owner="bea", properties={"key_account": "yes"}))
        team = InMemoryMembers(*map(make_member, members))
        openings = CaseOpenings(team, self.accounts, InMemoryCalendars(), self.turns)
        surveys = InMemorySurveys(make_survey(cases=CASES))
        deps = CaseAlertsDeps(alerts, self.cases, surveys, lambda: openings, no_pause, NOON)
        self.in_cases = CaseAlerts(deps)

    def raise_on(self, rule: AlertRule = RULE, person: str | None = None, seed: str = "a") -> Outcome:
        response = make_response(5, person=person, id=uuid7(seed=seed))
        return self.in_cases.raise_on(Alert("demo", rule.id, response.id, NOON), rule, response)


def test_of_two_rules_on_a_response_the_first_says_who_owns_its_case() -> None:
    world = World("bea", "cy")
    first, second = world.raise_on(), world.raise_on(replace(RULE, id="b", role=None, owner="bea"))
    assert first.opened is not None
    assert (first.opened.owner, first.opened.owned_by) == ("cy", OwnedBy.TURN)
    assert (second.opened, second.alert.case) == (None, first.opened.id)
    assert world.turns.taken == {Role.FRONTLINE: 1}
    world.raise_on(seed="b")
    assert world.turns.taken == {Role.FRONTLINE: 2}


def test_a_case_of_a_person_and_one_of_their_account_have_owners_of_their_own() -> None:
    world = World("bea", "cy")
    of_person = world.raise_on(person="ann")
    world.accounts.kept["acme"] = replace(world.accounts.kept["acme"], owner=None)
    of_account = world.raise_on(replace(RULE, id="b", case_by=CaseBy.ACCOUNT, role=None), "ann")
    assert [each.opened and each.opened.owned_by for each in (of_person, of_account)] == [
        OwnedBy.ACCOUNT,
        OwnedBy.SURVEY,
    ]


def test_a_key_account_makes_a_case_urgent_and_its_targets_shorter() -> None:
    world = World("bea")
    opened = world.raise_on(person="ann").opened
    assert opened is not None
    assert (opened.priority, opened.targets) == (Priority.HIGH, CASES.targets.high)
    assert world.in_cases.is_key_account("demo", "ann")
    world.people["bob"] = make_person(id="bob", account="other")
    assert [world.in_cases.is_key_account("demo", person) for person in ("bob", "unknown", None)] == [False] * 3


def test_a_case_is_unowned_if_there_is_a_team_and_nobody_is_named() -> None:
    plain = replace(RULE, role=None)
    assert [world.in_cases.is_unowned(world.raise_on(plain)) for world in (World(), World("cy"), World("dan"))] == [
        False,
        False,
        True,
    ]
    world = World("dan")
    world.raise_on(plain, person="ann")
    assert not world.in_cases.is_unowned(world.raise_on(plain, person="ann", seed="b")), "it joined one"
