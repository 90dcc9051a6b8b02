"""From the publisher to the receiver: whatever dies on the way, each alert arrives, and none is doubled needlessly."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from random import Random
from typing import Any

import pytest

from earshot.domain.alert_rules import AlertRule, When
from earshot.domain.alerts import AlertTask
from earshot.domain.destinations import KINDS, Destination, Guarantee, Kind
from earshot.domain.events import Event, response_events
from earshot.services.alerts.evaluate_alerts import EvaluateAlertsDeps, evaluate
from earshot.services.events.publish_events import PublishDeps, publish
from tests.factories import NOON, make_response, make_survey, uuid7
from tests.fakes.alerts import InMemoryAlertRules, InMemoryAlerts, nobody_s_cases, nothing_to_send
from tests.fakes.cases import InMemoryCases
from tests.fakes.crash import CrashError
from tests.fakes.delivering import DeliveringWorld
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.queues_and_bus import InMemoryBus, InMemoryQueue
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import case_alerts

TIME = "2026-11-21T12:00:00.000Z"
HOOK = Destination("hook", "webhook", "Hook", {"url": "https://example.com"})
RULE = AlertRule("own", "demo", When.DETRACTOR, ("hook",), made_at=NOON - 1)
PEOPLE = ("ann", "bob", None, "eve")


class Chance:
    """Makes one call in so many die, before or after its effect."""

    def __init__(self, seed: int, one_in: int) -> None:
        self._dice, self._one_in = Random(seed), one_in

    def dying(self, call: Any) -> Any:
        """Return a call that may die."""

        def run(*args: Any, **more: Any) -> Any:
            fate = self._dice.randrange(2 * self._one_in)
            if fate == 0:
                raise CrashError
            done = call(*args, **more)
            if fate == 1:
                raise CrashError
            return done

        return run

    def over(self, owner: Any, *names: str) -> None:
        """Make calls of an object die by chance."""
        for name in names:
            setattr(owner, name, self.dying(getattr(owner, name)))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("opens_case", [False, True])
def test_each_detractor_arrives_once_whatever_dies(
    seed: int, opens_case: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "webhook", Kind("webhook", (("url",),), guarantee=Guarantee.PROBE))
    world, ledger, chance = DeliveringWorld(HOOK, start=NOON, seed=seed), InMemoryLedger(), Chance(seed, 8)
    alerts, queue, bus = InMemoryAlerts(), InMemoryQueue(), InMemoryBus()
    cases = InMemoryCases(alerts)
    deps = evaluating(InMemoryAlertRules(replace(RULE, opens_case=opens_case)), alerts, cases, ledger)
    responses = [
        make_response(number % 11, id=uuid7(NOON + number, f"{number}"), person=PEOPLE[number % 4])
        for number in range(44)
    ]
    ledger.items |= {("demo", response.id): response for response in responses}
    chance.over(queue, "send")
    chance.over(bus, "put")
    if opens_case:
        chance.over(cases, "of_person", "of_anonymous", "open", "join")
    else:
        chance.over(alerts, "raise_once")
    chance.over(world.deliveries, "standing", "put", "put_breaker")
    chance.over(world.sender, "send", "probe")
    published: dict[str, Event] = {}
    for start in range(0, len(responses), 11):
        batch = [{"events": response_events(None, response, TIME)} for response in responses[start : start + 11]]
        again(
            lambda batch=batch: publish(batch, deps_of(bus, queue), read=lambda record: record["events"], keys_of=dict)
        )
    published |= {event.id: event for event in bus.published}
    for task, _ in list(queue.sent):
        again(partial(hand_over, task, deps, world))
    world.run()
    detractors = sorted(response.id for response in responses if response.score is not None and response.score <= 6)
    found = {delivery.id: delivery.subject for delivery in world.deliveries.kept.values()}
    assert sorted(found[taken] for taken in world.sender.taken) == detractors
    assert len(alerts.kept) == len(detractors)
    assert world.died > 0
    assert {alert.case for alert in alerts.kept.values()} == set(cases.kept if opens_case else [None])
    if opens_case:
        lows = [response.person for response in responses if response.id in detractors]
        known = {case.person: case.responses for case in cases.kept.values() if case.person is not None}
        assert known == {person: lows.count(person) for person in PEOPLE if person is not None}
        assert len(cases.kept) == len(known) + lows.count(None)
    assert len(published) == len(responses) + len(detractors)


def evaluating(rules: Any, alerts: InMemoryAlerts, cases: InMemoryCases, ledger: InMemoryLedger) -> EvaluateAlertsDeps:
    surveys = InMemorySurveys(make_survey())
    in_cases = cache(lambda: case_alerts(alerts, cases, surveys))
    return EvaluateAlertsDeps(rules, alerts, in_cases, ledger, surveys, has_crm=False, now=NOON)


def hand_over(task: Mapping[str, Any], deps: EvaluateAlertsDeps, world: DeliveringWorld) -> None:
    """Evaluate a task and queue its deliveries, as the function does."""
    done = evaluate(AlertTask.of(task), deps)
    world.send([(message, 0) for message in done.deliveries])


def put(records: Sequence[Mapping[str, Any]], bus: Any, queue: Any) -> None:
    """Publish records of the stream, each with its events."""
    publish(records, deps_of(bus, queue), read=lambda record: list(record["events"]), keys_of=dict)


def deps_of(bus: Any, queue: Any) -> PublishDeps:
    elsewhere = InMemoryQueue()
    return PublishDeps(bus, elsewhere, elsewhere, queue, no_pause, nobody_s_cases, nothing_to_send)


def again(step: Any) -> None:
    """Run a step until it does not die: a message, or a batch of the stream, comes until then."""
    for _ in range(200):
        try:
            step()
        except CrashError:
            continue
        return
    pytest.fail("it dies each time")


def test_an_edited_rule_holds_for_what_is_posted_afterwards() -> None:
    ledger, rules = InMemoryLedger(), InMemoryAlertRules(RULE)
    alerts = InMemoryAlerts()
    deps = evaluating(rules, alerts, InMemoryCases(alerts), ledger)
    before, after = make_response(3, id=uuid7(NOON, "a")), make_response(8, id=uuid7(NOON, "b"))
    ledger.items |= {("demo", each.id): each for each in (before, after)}
    queue, bus = InMemoryQueue(), InMemoryBus()
    for response in (before, after):
        publish(
            [{"events": response_events(None, response, TIME)}],
            deps_of(bus, queue),
            read=lambda one: one["events"],
            keys_of=dict,
        )
    tasks = [task for task, _ in queue.sent]
    assert [evaluate(AlertTask.of(task), deps).raised for task in tasks] == [1, 0]
    rules.kept["demo", "own"] = replace(RULE, when=When.PASSIVE, revision=2)
    assert [evaluate(AlertTask.of(task), deps).raised for task in tasks] == [0, 1]
