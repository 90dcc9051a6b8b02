"""Each call of the planner, of a case's steps and of their mails fails twice: every step is noted and mailed once."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import pytest

from earshot import bootstrap
from earshot.domain.alerts import Alert
from earshot.domain.business_time import WEEKDAYS, Calendar
from earshot.domain.case_clocks import HOUR
from earshot.domain.case_facts import FactKind
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import Case, OwnedBy, SubjectKind
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.delivery_outcome import Delivered, Outcome
from earshot.domain.opened_cases import Opening, opened_by
from earshot.ports.destinations import Message, Target
from earshot.services.alerts.follow_deliveries import follow
from tests.e2e import scenario
from tests.e2e.conftest import Stack
from tests.e2e.fault_injection import Call, Crash, FaultInjection, InjectedFault, open_fault_injection
from tests.e2e.test_alert_crash_points import MANNERS, Place
from tests.factories import make_member

STEPS = {"1.owner.bea": "bea", "1.contact.50": "bea", "1.contact.80": "bea", "1.contact.100": "carl",
         "1.contact.200": "dora"}  # fmt: skip
ALWAYS = Calendar("always", "UTC", dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))
OPENED = scenario.MORNING + scenario.MINUTE
MOST_ROUNDS = 40
# Moves on so far with each round that every lease and step of a repeated attempt is over after some.
ROUND = 45_000


@dataclass
class Mailboxes:
    """What members of staff got, by step and reader."""

    mails: Counter[tuple[str, str]] = field(default_factory=Counter)

    def render(self, message: Message, _: Target) -> str:
        return json.dumps(message.data)

    def send(self, delivery: Delivery, body: str, _: Target, _now: int) -> Outcome:
        assert json.loads(body)["score"] == 2
        self.mails[delivery.alert, delivery.subject] += 1
        return Delivered("message", None)

    def probe(self, *_: Any) -> Outcome | None:
        return None

    def erase(self, *_: Any) -> Outcome:
        raise NotImplementedError


class Story:
    """A case that nobody contacts, from its opening to the last step of its first clock, with a fault at one place."""

    def __init__(self, lab: FaultInjection, patch: pytest.MonkeyPatch, fault: InjectedFault | None, run: int) -> None:
        self._lab, self._fault, self._run = lab, fault, run
        self.mailboxes, self.now = Mailboxes(), OPENED
        self.calls: list[list[Call]] = []
        self.struck: list[Call] = []
        patch.setattr(bootstrap, "now", lambda: self.now)
        patch.setattr(bootstrap, "draw", lambda: 0.0)
        patch.setattr(bootstrap, "destination_sender", lambda _: self.mailboxes)

    def play(self) -> None:
        """Go through all of it."""
        case = self._prepare()
        for _ in range(MOST_ROUNDS):
            self._planned()
            while tasks := self._lab.deliveries():
                for task in tasks:
                    self._until_done(json.dumps(task))
                self.now += ROUND
            found = self.case(case.id)
            if {*STEPS} <= found.steps and all(each.state.is_final for each in self.deliveries()):
                return
            self.now = max(self.now + ROUND, min(found.next_step_at or 0, self.now + 5 * HOUR))
        pytest.fail(f"not over after {MOST_ROUNDS} rounds: {self.deliveries()}")

    def case(self, name: str) -> Case:
        found = bootstrap.cases().get(name)
        assert found is not None
        return found

    def deliveries(self) -> list[Delivery]:
        return bootstrap.deliveries().of_destination("staff", 100)[0]

    def _prepare(self) -> Case:
        for name, lead in (("dora", None), ("carl", "dora"), ("bea", "carl")):
            assert bootstrap.members().put(make_member(name, lead=lead), None)
        assert bootstrap.calendars().put(ALWAYS, None)
        opening = Opening(2, Priority.HIGH, "bea", OwnedBy.RULE, ALWAYS, Targets(8, 1_000))
        alert = Alert(scenario.SURVEY, "own", scenario.IDS["a"], OPENED)
        case = opened_by(alert, SubjectKind.ACCOUNT, "fabrikam", opening)
        assert bootstrap.cases().open(alert, case).is_made
        return case

    def _until_done(self, body: str) -> None:
        """Hand a message over, and again as long as it comes back."""
        received = count(1)

        def taken() -> bool:
            message = self._lab.message("m", "r", body, receives=next(received))
            reply = self._lab.sync_crm.lambda_handler({"Records": [message]}, None)
            return not reply["batchItemFailures"]

        self._run_until(taken)

    def _planned(self) -> None:
        """Make the planner tick."""

        def ticked() -> bool:
            follow(self.now, deliveries=bootstrap.deliveries(), queue=bootstrap.delivery_queue())
            return True

        self._run_until(ticked)

    def _run_until(self, step: Callable[[], bool]) -> None:
        line, is_here = self._lab.line, len(self.calls) == self._run
        for number in range(6):
            # The redelivery meets the same fault once more.
            line.clear(self._fault if is_here and number < 2 else None)
            try:
                is_done = step()
            except (Crash, Exception):  # noqa: BLE001 - whatever it is, the message comes back
                is_done = False
            if number == 0:
                self.calls.append(line.calls)
            self.struck += line.struck
            line.struck.clear()
            line.clear()
            if is_done:
                return
            self.now += ROUND
        pytest.fail("still failing after 6 deliveries")


@pytest.fixture(scope="module")
def lab(stack: Stack) -> Iterator[FaultInjection]:
    with open_fault_injection(stack.engine_endpoint) as it:
        yield it


def played(lab: FaultInjection, fault: InjectedFault | None = None, run: int = -1) -> Story:
    """Play the story on a table of its own, and hold its end against what is promised."""
    with lab.new_table(scenario.survey()), pytest.MonkeyPatch.context() as patch:
        story = Story(lab, patch, fault, run)
        story.play()
        where = str(story.struck[0]) if story.struck else "undisturbed"
        assert set(story.mailboxes.mails) == {*STEPS.items()}, where
        mails = {each.alert: each for each in story.deliveries()}
        assert {each.state for each in mails.values()} == {DeliveryState.DELIVERED}, where
        for (step, _), number in story.mailboxes.mails.items():
            assert number == 1 or mails[step].maybe_doubled, f"doubled and not marked: {where}"
        (case,) = {each.case or "" for each in mails.values()}
        facts = [fact.extra["step"] for fact in bootstrap.cases().facts(case) if fact.kind is FactKind.STEP]
        assert facts == ["1.contact.100", "1.contact.200"], where
        assert story.case(case).breached_contact, where
        return story


@pytest.fixture(scope="module")
def undisturbed(lab: FaultInjection) -> Story:
    return played(lab)


def test_the_undisturbed_story_meets_every_kind_of_call(undisturbed: Story) -> None:
    operations = {call.operation for call in chain(*undisturbed.calls)}
    assert operations == {"BatchGetItem", "GetItem", "PutItem", "Query", "SendMessageBatch", "TransactWriteItems"}
    assert set(undisturbed.mailboxes.mails.values()) == {1}


def places(undisturbed: Story) -> list[Place]:
    """Return where each call is made first."""
    first: dict[Call, Place] = {}
    for run, calls in enumerate(undisturbed.calls):
        for number, call in enumerate(calls):
            first.setdefault(call, Place(run, number))
    return [*first.values()]


@pytest.mark.parametrize(("moment", "manner"), MANNERS)
def test_whichever_call_fails_twice_every_step_is_noted_and_mailed_once_or_known_as_doubled(
    lab: FaultInjection, undisturbed: Story, moment: str, manner: str
) -> None:
    for place in places(undisturbed):
        assert played(lab, InjectedFault(place.call, moment, manner), place.run).struck
