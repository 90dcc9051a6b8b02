"""Each match is an alert once, and a message to each destination of the rule."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.access import Role
from earshot.domain.accounts import Account
from earshot.domain.alert_rules import AlertRule, CaseBy, When, Where, default_rule
from earshot.domain.alerts import AlertState, AlertTask, tasks_of
from earshot.domain.business_time import Calendar
from earshot.domain.case_settings import CaseSettings, Priority
from earshot.domain.cases import MOST_ANONYMOUS, OwnedBy
from earshot.domain.events import repeated_events, response_events
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.domain.statement import StatementKind
from earshot.services.alerts.case_alerts import CaseAlerts, CaseAlertsDeps
from earshot.services.alerts.evaluate_alerts import EvaluateAlertsDeps, Evaluated, RulesReadOnce, evaluate
from earshot.services.cases.case_openings import CaseOpenings
from tests.factories import DAY, NOON, make_member, make_person, make_response, make_survey, revised, uuid7
from tests.fakes.alerts import InMemoryAlertRules, InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts, InMemoryMembers, InMemoryTurns

HOUR = 3_600_000
OFFICE = Calendar("office", "UTC", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),)))
TIME = "2026-11-21T12:00:00.000Z"
OWN = AlertRule("own", "demo", When.COMMENT, ("hook", "mail"), words=("refund",), made_at=NOON - 1)


class World:
    """A survey with rules, the responses as they stand, and what became of alerts."""

    def __init__(self, *rules: AlertRule, has_crm: bool = False) -> None:
        self.rules, self.alerts, self.ledger = InMemoryAlertRules(*rules), InMemoryAlerts(), InMemoryLedger()
        self.surveys = InMemorySurveys(make_survey(owner="ann@example.com"))
        self.people: dict[str, Person | ErasedPerson] = {}
        self.cases = InMemoryCases(self.alerts, self.people, self.ledger.items)
        self.members, self.accounts, self.turns = InMemoryMembers(), InMemoryAccounts(), InMemoryTurns()
        self.calendars = InMemoryCalendars()
        self.has_crm = has_crm

    @property
    def deps(self) -> EvaluateAlertsDeps:
        """What the next batch is evaluated with."""
        openings = CaseOpenings(self.members, self.accounts, self.calendars, self.turns)
        in_cases = CaseAlerts(CaseAlertsDeps(self.alerts, self.cases, self.surveys, lambda: openings, no_pause, NOON))
        return EvaluateAlertsDeps(
            self.rules, self.alerts, lambda: in_cases, self.ledger, self.surveys, self.has_crm, NOON
        )

    def write(self, old: Response | None, new: Response) -> Evaluated:
        self.ledger.items[new.survey, new.id] = new
        return self.evaluate(response_events(old, new, TIME))

    def evaluate(self, events: Any, *, is_repeat: bool = False) -> Evaluated:
        done, deps = Evaluated(), self.deps
        for task in tasks_of(events):
            found = evaluate(AlertTask.of(task.to_json()), deps, is_repeat=is_repeat)
            done.deliveries += found.deliveries
            done.raised += found.raised
            done.muted += found.muted
            done.collected += found.collected
            done.unowned += found.unowned
            done.revised |= found.revised
        return done


def destinations(done: Evaluated) -> list[str]:
    return [each["destination"] for each in done.deliveries]


def test_a_batch_reads_the_rules_of_a_survey_once_and_the_next_one_reads_them_again() -> None:
    stored = InMemoryAlertRules(OWN)
    batch = RulesReadOnce(stored)
    assert batch.of_survey("demo") == [OWN]
    assert stored.delete(OWN)
    assert batch.of_survey("demo") == [OWN]
    assert RulesReadOnce(stored).of_survey("demo") == []


def test_by_default_each_detractor_is_an_alert_to_the_owner() -> None:
    world = World()
    done = world.write(None, make_response(3))
    assert (done.raised, destinations(done)) == (1, ["owner"])
    assert [alert.rule for alert in world.alerts.kept.values()] == ["default"]
    assert world.write(None, make_response(9, id="r2")).raised == 0


def test_a_survey_without_an_owner_raises_the_alert_and_sends_nobody_a_mail() -> None:
    world = World()
    world.surveys.surveys["demo"] = make_survey()
    done = world.write(None, make_response(3))
    assert (done.raised, destinations(done)) == (1, [])


def test_what_comes_twice_is_one_alert_and_the_same_messages() -> None:
    world = World(OWN)
    response = make_response(9, comment="refund me")
    first, second = world.write(None, response), world.write(None, response)
    assert (first.raised, second.raised) == (1, 0)
    assert destinations(first) == ["hook", "mail"]
    assert first.deliveries == second.deliveries


def test_a_later_revision_is_an_update_of_the_alert_and_no_other_alert() -> None:
    world = World(OWN)
    first = make_response(2, comment="refund me")
    raised = world.write(None, first)
    updated = world.write(first, revised(first, comment="refund me now"))
    assert updated.raised == 0
    again, updates = updated.deliveries[:2], updated.deliveries[2:]
    assert again == raised.deliveries, "what was withdrawn meanwhile may go"
    assert {each["type"] for each in updates} == {"response.updated"}
    assert len({each["delivery"] for each in updated.deliveries}) == 4


@pytest.mark.parametrize("change", [{"score": 9}, {"comment": "all is well"}, {"comment": "refund me now"}])
def test_each_change_is_an_update_also_if_it_leaves_the_rule(change: dict[str, Any]) -> None:
    detractors = AlertRule("low", "demo", When.DETRACTOR, ("hook",))
    world = World(OWN, detractors)
    first = make_response(2, comment="refund me")
    world.write(None, first)
    done = world.write(first, revised(first, **change))
    updates = [(each["rule"], each["destination"]) for each in done.deliveries if each["type"] == "response.updated"]
    assert sorted(updates) == [("low", "hook"), ("own", "hook"), ("own", "mail")]
    assert {each["revision"] for each in done.deliveries if each["type"] == "response.updated"} == {2}


def test_a_change_of_a_response_that_no_rule_fired_on_reaches_nobody() -> None:
    world = World(OWN)
    first = make_response(2)
    world.write(None, first)
    assert world.write(first, revised(first, score=9)).deliveries == []


@pytest.mark.parametrize("becomes", [(), (replace(OWN, when=When.PASSIVE, words=(), revision=2),)])
def test_what_comes_again_sends_what_its_alerts_need_whatever_the_rules_are_now(becomes: tuple[AlertRule, ...]) -> None:
    world = World(OWN)
    response = make_response(9, comment="refund me")
    raised = world.write(None, response)
    world.rules.kept = {(rule.survey, rule.id): rule for rule in becomes}
    assert world.evaluate(response_events(None, response, TIME)).deliveries == []
    again = world.evaluate(response_events(None, response, TIME), is_repeat=True)
    assert (again.raised, again.deliveries) == (0, raised.deliveries)


def test_what_comes_again_is_the_same_if_the_rules_are() -> None:
    world = World(OWN)
    first = make_response(9, comment="refund me")
    raised = world.write(None, first)
    assert world.evaluate(response_events(None, first, TIME), is_repeat=True).deliveries == raised.deliveries


def test_an_event_about_the_score_that_comes_again_reaches_those_of_a_rule_that_is_gone() -> None:
    world = World(AlertRule("score", "demo", When.SCORE_CHANGED, ("hook",)))
    fact = {"event": "e1", "detail_type": "ScoreChanged", "data": {"survey": "demo"}, "time": TIME, "correlation": "c"}
    task = AlertTask.of({"survey": "demo", "scores": [fact]})
    raised = evaluate(task, world.deps)
    world.rules.kept.clear()
    assert evaluate(task, world.deps, is_repeat=True).deliveries == raised.deliveries


def test_a_rule_that_opens_cases_does_so_also_while_it_is_muted() -> None:
    rule = replace(OWN, opens_case=True, case_by=CaseBy.ACCOUNT, muted_until=NOON + 1)
    world = World(rule)
    world.people["ann"] = make_person(account="acme")
    first, second = (make_response(2, id=name, comment="refund", person="ann") for name in ("r1", "r2"))
    assert [world.write(None, each).raised for each in (first, second, second)] == [1, 1, 0]
    (case,) = world.cases.kept.values()
    assert (case.account, case.responses) == ("acme", 2)
    assert {(alert.case, alert.state) for alert in world.alerts.kept.values()} == {(case.id, AlertState.MUTED)}


@pytest.mark.parametrize("names", [{"owner": "ann"}, {"role": Role.FRONTLINE}])
def test_a_rule_that_names_an_owner_opens_the_case_and_the_others_join_it(names: dict[str, Any]) -> None:
    mine = AlertRule("mine", "demo", When.DETRACTOR, (), opens_case=True, made_at=NOON - 1, **names)
    world = World(replace(default_rule("demo"), made_at=0), mine)
    assert world.write(None, make_response(3)).raised == 2
    (case,) = world.cases.kept.values()
    assert (case.rule, {alert.case for alert in world.alerts.kept.values()}) == ("mine", {case.id})


def test_a_case_opens_for_its_owner_who_is_to_hear_of_it() -> None:
    world = World()
    world.surveys.surveys["demo"] = make_survey(cases=CaseSettings(owner_property="manager", calendar="office"))
    world.members.put(make_member("bea"), None)
    world.calendars.put(OFFICE, None)
    world.people["ann"] = make_person(properties={"manager": "bea@example.com"}, account="acme")
    done = world.write(None, make_response(2, person="ann"))
    (case,) = world.cases.kept.values()
    assert (case.owner, case.owned_by, case.priority, case.calendar) == (
        "bea",
        OwnedBy.PROPERTY,
        Priority.HIGH,
        "office",
    )
    # Saturday: eight hours of the calendar end with Monday.
    assert case.contact_due_at == NOON + 2 * DAY + 5 * HOUR
    assert {"case_steps": case.id} in done.deliveries
    joined = world.write(None, make_response(1, person="ann", id=uuid7(seed="2")))
    assert (joined.unowned, [each for each in joined.deliveries if "case_steps" in each]) == (0, [])


def test_what_a_response_claims_names_no_owner() -> None:
    world = World()
    world.surveys.surveys["demo"] = make_survey(cases=CaseSettings(owner_property="manager"))
    world.members.put(make_member("bea"), None)
    for person in (None, "ann"):
        world.people["ann"] = make_person(properties={})
        world.write(None, make_response(2, person=person, properties={"manager": "bea"}, id=uuid7(seed=str(person))))
    assert [case.owner for case in world.cases.kept.values()] == [None, None]


def test_a_case_that_nobody_owns_is_counted_as_soon_as_there_is_a_team() -> None:
    world = World()
    assert world.write(None, make_response(3)).unowned == 0
    world.members.put(make_member("bea"), None)
    done = world.write(None, make_response(3, id=uuid7(seed="2")))
    assert (done.unowned, [each for each in done.deliveries if "case_steps" in each]) == (1, [])


def test_two_rules_on_one_response_take_one_turn() -> None:
    rules = [AlertRule(name, "demo", When.DETRACTOR, (), opens_case=True, made_at=NOON - 1) for name in ("a", "b")]
    world = World(*(replace(rule, role=Role.FRONTLINE) for rule in rules))
    for name in ("bea", "cy"):
        world.members.put(make_member(name), None)
    assert world.write(None, make_response(3)).raised == 2
    assert world.turns.taken == {Role.FRONTLINE: 1}


@pytest.mark.parametrize(("wanted", "fired"), [(True, ["ann"]), (False, ["bob", None])])
def test_a_rule_on_key_accounts_looks_at_the_account_of_the_person(wanted: bool, fired: list[str | None]) -> None:
    world = World(replace(OWN, when=When.DETRACTOR, words=(), where=Where(key_account=wanted)))
    world.accounts.put(Account("acme", properties={"key_account": "true"}), None)
    world.people |= {"ann": make_person(account="acme"), "bob": make_person(id="bob", account="other")}
    for person in ("ann", "bob", None):
        response = make_response(3, person=person, id=uuid7(seed=str(person)), properties={"key_account": "true"})
        world.write(None, response)
    found = [world.ledger.items["demo", alert.subject] for alert in world.alerts.kept.values()]
    assert [response.person for response in found if isinstance(response, Response)] == fired


def test_an_alert_that_opens_no_case_asks_for_none() -> None:
    world = World(OWN)
    deps = replace(world.deps, in_cases=lambda: pytest.fail("cases were asked for"))
    response = make_response(2, comment="refund")
    world.ledger.items[response.survey, response.id] = response
    (task,) = tasks_of(response_events(None, response, TIME))
    assert evaluate(task, deps).raised == 1


def test_a_response_that_is_erased_while_it_is_evaluated_raises_no_alert_and_opens_no_case() -> None:
    world = World()
    response = make_response(2, person="ann")
    find_many = world.ledger.find_many

    def erased_behind(wanted: Any, **how: bool) -> Any:
        found = find_many(wanted, **how)
        world.ledger.items["demo", response.id] = revised(response, kind=StatementKind.ERASED, score=None)
        return found

    world.ledger.find_many = erased_behind  # type: ignore[method-assign]
    done = world.write(None, response)
    assert (done.raised, done.deliveries, world.alerts.kept, world.cases.kept) == (0, [], {}, {})


def test_a_rule_that_opens_no_case_makes_none() -> None:
    world = World(OWN)
    world.write(None, make_response(2, comment="refund", person="ann"))
    assert world.cases.kept == {}


def test_anonymous_responses_beyond_the_most_are_counted_as_collected() -> None:
    world = World()
    done = [world.write(None, make_response(2, id=f"r{number}")) for number in range(MOST_ANONYMOUS + 2)]
    assert sum(each.collected for each in done) == 2
    assert world.write(None, make_response(2, id=f"r{MOST_ANONYMOUS}")).collected == 0


def test_a_muted_rule_keeps_its_alert_and_reaches_nobody_also_not_later() -> None:
    world = World(replace(OWN, muted_until=NOON + 1))
    response = make_response(2, comment="refund me")
    done = world.write(None, response)
    assert (done.raised, done.muted, done.deliveries) == (1, 1, [])
    world.rules.kept["demo", "own"] = OWN
    assert world.write(None, response).deliveries == []


def test_a_replay_raises_what_is_missing_and_repeats_nothing() -> None:
    world = World(OWN)
    response = make_response(3, comment="refund me")
    world.ledger.items["demo", response.id] = response
    assert world.evaluate(repeated_events(response)).raised == 1
    assert world.evaluate(repeated_events(response)).raised == 0


def test_a_response_that_changed_meanwhile_is_evaluated_as_it_stands() -> None:
    world = World(OWN)
    first = make_response(3, comment="refund me")
    events = response_events(None, first, TIME)
    world.ledger.items["demo", first.id] = revised(first, comment="all is well")
    assert world.evaluate(events).raised == 0


def test_only_responses_that_may_match_are_read() -> None:
    world = World()
    world.write(None, make_response(9))
    reads: list[object] = []
    world.ledger.reading = lambda: reads.append("read")
    world.write(None, make_response(10, id="r2"))
    assert reads == []


def test_a_later_revision_leads_to_the_case_that_the_response_was_in() -> None:
    rule = AlertRule("own", "demo", When.DETRACTOR, ("hook",), opens_case=True, made_at=NOON - 1)
    world, first = World(rule), make_response(2, person="ann")
    assert world.write(None, first).revised == {}
    (case,) = world.cases.kept
    later = revised(first, score=9)
    assert world.write(first, later).revised == {first.id: {case}}
    assert world.write(later, revised(later, score=1)).revised == {first.id: {case}}


def test_what_is_only_about_next_responses_reads_no_rules() -> None:
    world = World()
    world.rules.of_survey = None  # type: ignore[assignment, method-assign]
    assert evaluate(AlertTask("demo", again=["r-1"]), world.deps) == Evaluated()


def test_the_crm_gets_each_detractor_event_whatever_the_rules_say() -> None:
    world = World(OWN, has_crm=True)
    first = make_response(9)
    assert destinations(world.write(None, first)) == []
    lower = revised(first, score=1)
    (message,) = world.write(first, lower).deliveries
    _, identified = response_events(first, lower, TIME)
    assert (message["destination"], message["delivery"]) == ("crm", identified.id)
    assert world.evaluate(repeated_events(lower)).deliveries[-1]["delivery"] == identified.id


@pytest.mark.parametrize("detail_type", ["ScoreChanged", "TargetReached", "TargetMissed"])
def test_a_rule_on_the_score_fires_once_on_its_event(detail_type: str) -> None:
    when = {"ScoreChanged": When.SCORE_CHANGED, "TargetReached": When.TARGET_REACHED}.get(detail_type)
    world = World(AlertRule("score", "demo", when or When.TARGET_MISSED, ("hook",)))
    fact = {"event": "e1", "detail_type": detail_type, "data": {"survey": "demo"}, "time": TIME, "correlation": "c"}
    task = AlertTask.of({"survey": "demo", "scores": [fact]})
    first, second = evaluate(task, world.deps), evaluate(task, world.deps)
    assert (first.raised, second.raised) == (1, 0)
    assert first.deliveries == second.deliveries
    assert first.deliveries[0]["subject"] == "e1"
