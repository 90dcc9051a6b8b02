"""Each call of the evaluation and of the delivery to AWS fails twice: no alert is lost, and none doubled unmarked."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import pytest

from earshot import bootstrap
from earshot.domain.alert_rules import AlertRule, When
from earshot.domain.alerts import AlertTask, ResponseFact
from earshot.domain.circuit_breaker import FAILURES
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.delivery_outcome import Delivered, Down, Outcome, Rejected
from earshot.domain.destinations import Destination
from earshot.ports.destinations import Message, Target
from earshot.services.alerts.follow_deliveries import follow
from tests.e2e import scenario
from tests.e2e.conftest import Stack
from tests.e2e.fault_injection import Call, Crash, FaultInjection, InjectedFault, open_fault_injection

MANNERS = [
    *((moment, manner) for moment in ("before", "after") for manner in ("crash", "lost")),
    ("before", "throttled"),
]
# The receiver that drops repeats by our id; one that can be asked for it; one that has neither; one that refuses.
DESK = Destination("desk", "webhook", "Desk", {"url": "https://desk.example.com"}, has_credentials=True)
CHANNEL = Destination("room", "slack", "Room", {"channel": "#alerts"})
CHAT = Destination("chat", "slack", "Chat")
PICKY = Destination("picky", "webhook", "Picky", {"url": "https://picky.example.com"}, contact="ops@example.com")
UNHAPPY, HAPPY = scenario.IDS["a"], scenario.IDS["b"]
RULES = (
    AlertRule("unhappy", scenario.SURVEY, When.DETRACTOR, ("desk", "room", "chat", "picky")),
    AlertRule("happy", scenario.SURVEY, When.PROMOTER, ("desk",)),
)
ALL = {("desk", UNHAPPY), ("desk", HAPPY), ("room", UNHAPPY), ("chat", UNHAPPY)}
MOST_ROUNDS = 30
# Moves on so far with each round that every lease, step and pause is over after some.
ROUND = 45_000


@dataclass
class Receivers:
    """What every destination wrote, by response and id; the desk is away at first."""

    written: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    mails: int = 0
    away: int = 1

    def render(self, message: Message, _: Target) -> str:
        return json.dumps({"response": message.data.get("response")})

    def send(self, delivery: Delivery, body: str, target: Target, _now: int) -> Outcome:
        name = target.destination.id
        if name == "picky":
            return Rejected("it refuses the contents", 422)
        if name == "contact":
            self.mails += 1
        if name == "desk" and self.away:
            self.away -= 1
            return Down("it is away")
        self.written.setdefault((name, json.loads(body)["response"]), Counter())[delivery.id] += 1
        return Delivered(None, 200)

    def probe(self, delivery: Delivery, target: Target, _now: int) -> Outcome | None:
        found = self.written.get((target.destination.id, delivery.subject), Counter())
        return Delivered("found", 200) if found[delivery.id] else None

    def erase(self, *_: Any) -> Outcome:
        raise NotImplementedError


@dataclass(frozen=True)
class Place:
    """A call of a run: of the evaluation, which comes first, of an attempt or of the planner, in their order."""

    run: int
    call: int


class Story:
    """Two responses that rules fire on, from the evaluation to the last delivery, with a fault at one place."""

    def __init__(self, lab: FaultInjection, patch: pytest.MonkeyPatch, fault: InjectedFault | None, run: int) -> None:
        self._lab, self._fault, self._run = lab, fault, run
        self.receivers, self.now = Receivers(), scenario.MORNING + scenario.MINUTE
        # The destination that each run served, and the calls it made.
        self.served: list[str] = []
        self.calls: list[list[Call]] = []
        self.struck: list[Call] = []
        patch.setattr(bootstrap, "now", lambda: self.now)
        patch.setattr(bootstrap, "draw", lambda: 0.0)
        patch.setattr(bootstrap, "destination_sender", lambda _: self.receivers)

    def tell(self) -> None:
        """Go through all of it."""
        self._prepare()
        facts = [
            ResponseFact(response, 1, f"event-{response}", "ResponseRecorded", score)
            for response, score in ((UNHAPPY, 2), (HAPPY, 10))
        ]
        self._until_done(self._lab.evaluate_alerts, json.dumps(AlertTask(scenario.SURVEY, facts).to_json()))
        for _ in range(MOST_ROUNDS):
            tasks = self._lab.deliveries()
            for task in tasks:
                self._until_done(self._lab.sync_crm, json.dumps(task), task["destination"])
            self.now += ROUND
            if not tasks:
                if self._is_over():
                    return
                self._planned()
        pytest.fail(f"not over after {MOST_ROUNDS} rounds: {self.ends()}")

    def ends(self) -> dict[tuple[str, str], tuple[DeliveryState, bool]]:
        """Return what became of each delivery, and whether it is marked as perhaps doubled."""
        found: list[Delivery] = []
        for destination in ("desk", "room", "chat", "picky", "contact"):
            found += bootstrap.deliveries().of_destination(destination, 100)[0]
        return {(each.destination, each.subject): (each.state, each.maybe_doubled) for each in found}

    def _prepare(self) -> None:
        records = [
            {"survey": scenario.SURVEY, "id": response, "kind": "final", "score": score, "received": scenario.MORNING}
            for response, score in ((UNHAPPY, 2), (HAPPY, 10))
        ]
        assert self._lab.record([json.dumps({"version": 1, "submissions": records})]) == []
        for destination in (DESK, CHANNEL, CHAT, PICKY):
            assert bootstrap.destinations().put(destination, None)
        for rule in RULES:
            assert bootstrap.alert_rules().put(rule, None)
        # One more failure opens it.
        for _ in range(FAILURES - 1):
            assert bootstrap.deliveries().put_breaker(bootstrap.deliveries().breaker("desk").after_failure(self.now))

    def _until_done(self, function: Any, body: str, served: str = "") -> None:
        """Hand a message over, and again as long as it comes back."""

        received = count(1)

        def taken() -> bool:
            message = self._lab.message("m", "r", body, receives=next(received))
            reply = function.lambda_handler({"Records": [message]}, None)
            return not reply["batchItemFailures"]

        self._run_until(taken, served)

    def _planned(self) -> None:
        """Make the planner tick."""

        def ticked() -> bool:
            follow(self.now, deliveries=bootstrap.deliveries(), queue=bootstrap.delivery_queue())
            return True

        self._run_until(ticked, "")

    def _run_until(self, step: Callable[[], bool], served: str) -> None:
        line, is_here = self._lab.line, len(self.calls) == self._run
        for number in range(6):
            # The redelivery meets the same fault once more.
            line.clear(self._fault if is_here and number < 2 else None)
            try:
                is_done = step()
            except (Crash, Exception):  # noqa: BLE001 - whatever it is, the message comes back
                is_done = False
            if number == 0:
                self.served.append(served)
                self.calls.append(line.calls)
            self.struck += line.struck
            line.struck.clear()
            line.clear()
            if is_done:
                return
            self.now += ROUND
        pytest.fail("still failing after 6 deliveries")

    def _is_over(self) -> bool:
        ends = self.ends()
        return len(ends) >= len(ALL) + 1 and all(state.is_final for state, _ in ends.values())


@pytest.fixture(scope="module")
def lab(stack: Stack) -> Iterator[FaultInjection]:
    with open_fault_injection(stack.engine_endpoint) as it:
        yield it


def played(lab: FaultInjection, fault: InjectedFault | None = None, run: int = -1) -> Story:
    """Play the story on a table of its own, and hold its end against what is promised."""
    with lab.new_table(scenario.survey()), pytest.MonkeyPatch.context() as patch:
        story = Story(lab, patch, fault, run)
        story.tell()
        where = str(story.struck[0]) if story.struck else "undisturbed"
        ends, written = story.ends(), story.receivers.written
        assert {place for place, (state, _) in ends.items() if state is DeliveryState.DELIVERED} >= ALL, where
        assert ends["picky", UNHAPPY][0] is DeliveryState.PARKED, where
        assert written.keys() >= ALL, f"lost: {where}"
        assert all(len(ids) == 1 for ids in written.values()), f"under two ids: {where}"
        assert written["room", UNHAPPY].total() == 1, f"written twice though it can be asked: {where}"
        assert written["chat", UNHAPPY].total() == 1 or ends["chat", UNHAPPY][1], f"doubled and not marked: {where}"
        return story


@pytest.fixture(scope="module")
def undisturbed(lab: FaultInjection) -> Story:
    return played(lab)


def test_the_undisturbed_story_meets_every_kind_of_call(undisturbed: Story) -> None:
    operations = {call.operation for call in chain(*undisturbed.calls)}
    assert operations == {
        *("BatchGetItem", "GetItem", "GetSecretValue", "PutItem", "Query", "SendMessageBatch", "UpdateItem"),
    }


def places(undisturbed: Story) -> list[Place]:
    """Return where each call is made first, and all writes for the receiver that cannot tell repeats."""
    first: dict[tuple[Call, bool], Place] = {}
    for run, (served, calls) in enumerate(zip(undisturbed.served, undisturbed.calls, strict=True)):
        for number, call in enumerate(calls):
            first.setdefault((call, served == "chat" and call.operation == "PutItem"), Place(run, number))
    return [*first.values()]


@pytest.mark.parametrize(("moment", "manner"), MANNERS)
def test_whichever_call_fails_twice_no_alert_is_lost_and_none_is_doubled_unmarked(
    lab: FaultInjection, undisturbed: Story, moment: str, manner: str
) -> None:
    for place in places(undisturbed):
        assert played(lab, InjectedFault(place.call, moment, manner), place.run).struck
