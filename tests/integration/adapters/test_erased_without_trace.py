"""People with every kind of history are erased: a scan of the table finds nothing that leads back to them."""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
from earshot.adapters.dynamodb.alerts import DynamoDBAlerts
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries
from earshot.adapters.dynamodb.invitation_feedback import DynamoDBFeedback
from earshot.adapters.dynamodb.invitation_items import read_invitation
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.reached_places import DynamoDBReachedPlaces
from earshot.adapters.dynamodb.response_items import is_alias, read_response
from earshot.adapters.dynamodb.showings import DynamoDBShowings
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.api.person_views import export_view
from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert, delivery_id
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.cases import CaseOutcome, RootCause
from earshot.domain.deliveries import Attempt, Delivery, DeliveryKey
from earshot.domain.events import response_event_id
from earshot.domain.invitation import InvitationState
from earshot.domain.invitation_cohorts import WaveStage, moves
from earshot.domain.person import Person, PersonDraft
from earshot.domain.response import IDENTIFIED
from earshot.domain.widget import Question, Showing, Shown
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.cases.leave_cases import LeaveCases
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from earshot.services.invitations.respond_to_invitation import read_words, statement_of
from earshot.services.invitations.show_widget_question import delete_showings
from earshot.services.people.erase_person import ErasePersonDeps, Erasure, erase
from earshot.services.people.export_person import export
from earshot.services.people.manage_people import save
from earshot.services.responses.record_responses import record
from earshot.services.responses.resolve_addresses import resolve
from earshot.services.responses.revise_response import Target, correct
from earshot.services.responses.revise_response import erase as erase_response
from earshot_cli.ops.erasure_check.traces import Search, person_of
from tests.factories import DAY, NOON, make_invitation, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.keys import hash_key

# A hundred take minutes with moto: set EARSHOT_ERASED=100 when changing what an erasure reaches.
PEOPLE, OTHERS = int(os.environ.get("EARSHOT_ERASED", "16")), 4
SURVEYS = ("demo", "other")


class World:
    """People, what they were asked and their responses, written by what writes it in service."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb = dynamodb
        self.people = DynamoDBPeople(dynamodb, "earshot")
        self.accounts = DynamoDBAccounts(dynamodb, "earshot")
        self.ledger = DynamoDBLedger(dynamodb, "earshot")
        self.invitations = DynamoDBInvitations(dynamodb, "earshot")
        self.feedback = DynamoDBFeedback(dynamodb, "earshot")
        self.suppressions = DynamoDBSuppressions(dynamodb, "earshot", hash_key)
        self.surveys = DynamoDBSurveys(dynamodb, "earshot")
        self.showings = DynamoDBShowings(dynamodb, "earshot")
        self.raised = DynamoDBAlerts(dynamodb, "earshot")
        self.cases = DynamoDBCases(dynamodb, "earshot")
        self.deliveries = DynamoDBDeliveries(dynamodb, "earshot")
        self.places = DynamoDBReachedPlaces(dynamodb, "earshot")
        for survey in SURVEYS:
            assert self.surveys.put(make_survey(id=survey, segments=("plan",)), None)
        self.submissions: list[Any] = []

    def ports(self, *names: str) -> dict[str, Any]:
        leaving = LeaveCases(self.raised, self.cases, no_pause)
        alerts = WithdrawAlerts(self.raised, self.deliveries, leaving, no_pause, lambda: NOON)
        mine: dict[str, Any] = {"hash_key": hash_key, "pause": no_pause, "alerts": alerts}
        return {name: mine.get(name, getattr(self, name, None)) for name in names}

    def keep(self, person: str, **fields: Any) -> Person:
        draft = PersonDraft(person, {"locale": "de", "properties": {"plan": "pro", "who": f"Who {person}"}, **fields})
        save([draft], NOON, **self.ports("people", "accounts", "suppressions", "hash_key", "pause"))
        found = self.people.get(person)
        assert isinstance(found, Person)
        return found

    def record(self, *submissions: Any) -> None:
        sent = resolve(submissions, hash_key=hash_key)
        self.submissions += sent
        assert record(sent, **self.ports("surveys", "ledger", "people", "pause")) == set()

    def items(self) -> list[Any]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName="earshot", ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def export(self, person: str) -> Any:
        ports = self.ports("people", "suppressions", "hash_key", "ledger", "invitations")
        pages = [export(person, **ports)]
        while pages[-1].after:
            pages.append(export(person, pages[-1].after, **ports))
        whole = replace(pages[0], responses=[each for page in pages for each in page.responses])
        return export_view(person, whole, NOON)

    def erase(self, person: str, *, subtract: bool, chance: Random) -> None:
        """Erase somebody, interrupted now and then, and called again."""
        ports = self.ports("people", "suppressions", "hash_key", "ledger", "invitations", "alerts", "places", "pause")
        left = 1
        while left:
            left = erase(
                Erasure(person, subtract, NOON + 9 * DAY, "e"), lambda: chance.random() < 0.7, ErasePersonDeps(**ports)
            ).remaining
        delete_showings(person, self.surveys, self.showings)


def live(world: World, name: str, chance: Random) -> None:
    """Record a person who is stored, invited and responds, with a random choice at each step."""
    comment, survey = f"It is me, {name}, with words of my own", chance.choice(SURVEYS)
    ann = world.keep(name, email=f"{name}@example.com", name=f"Ann {name}")
    if chance.random() < 0.7:
        ask(world, ann, survey, comment, chance)
    if chance.random() < 0.3:
        world.keep(name, email=f"{name}@new.example.com", name=f"Ann {name}")
    address = str(getattr(world.people.get(name), "email", ""))
    given: dict[str, Any] = {"survey": survey, "comment": comment, "properties": {"plan": "pro", "mail": address}}
    for number in range(chance.randint(0, 3)):
        moment = NOON - chance.randint(0, 40) * DAY
        id_ = uuid7(moment if chance.random() < 0.7 else NOON - 400 * DAY, f"{name} {number}")
        world.record(make_submission(chance.randint(0, 10), id=id_, person=name, received_at=NOON + number, **given))
    for score, by in ((2, {"unverified_email": address}), (4, {"person": address})):
        if chance.random() < 0.3:
            world.record(make_submission(score, id=uuid7(seed=f"{name} {score}"), **by, **given))
    alert(world, name, chance)
    if chance.random() < 0.5:
        revise(world, name, chance)
        world.showings.note(
            survey, name, Question(Showing.SHOWN, uuid7(seed=f"{name} shown")), Shown(), NOON, NOON + DAY
        )
    if chance.random() < 0.2:
        world.suppressions.unsubscribe(world.suppressions.hash_of(address), NOON)


def ask(world: World, person: Person, survey: str, comment: str, chance: Random) -> None:
    """Ask somebody, and let the invitation come as far as it will."""
    name = person.id
    asked = make_invitation(
        id=f"i-of-{name}", survey=survey, person=name, properties={"order": f"order of {name}"}, correlation=f"c-{name}"
    )
    assert world.invitations.open(asked, person)
    kept = replace(asked, recipient_hash=world.suppressions.hash_of(str(person.email)), charged_on="2026-11-21")
    if chance.random() < 0.2 or not world.invitations.claim(kept, NOON) or chance.random() < 0.1:
        return
    world.invitations.record_sent(kept, f"m-of-{name}", NOON, NOON + 3 * DAY if chance.random() < 0.4 else None)
    for event in ("delivered#1", "opened#1", "unsubscribed#1"):
        if chance.random() < 0.5:
            world.feedback.add_delivery_events(name, asked.id, frozenset({event}))
    response = uuid7(seed=f"{name} invited")
    if chance.random() < 0.3:
        world.invitations.click(
            name, asked.id, response, SubmitAttempt(chance.randint(0, 10), NOON), frozenset({"clicked#1"})
        )
    for number in range(chance.choice((0, 1, 1, 2, 3))):
        attempt = SubmitAttempt(
            chance.randint(0, 10), NOON + number * 1000, honeypot=chance.random() < 0.1, comment=Comment.of(comment)
        )
        seen = world.invitations.add_attempt(name, asked.id, response, attempt, frozenset({"clicked#1"}))
        assert seen is not None
        stands = seen.counting_attempt
        words = read_words(seen, stands, invitations=world.invitations)
        world.record(statement_of(seen, stands, NOON + number, f"c-{name}", words))


def alert(world: World, name: str, chance: Random) -> None:
    """Raise alerts on somebody's responses, whose deliveries come as far as they will."""
    for pointer in world.people.responses(name, 10)[0]:
        response = world.ledger.find(pointer.survey, pointer.response)
        if response is None or chance.random() < 0.3:
            continue
        raised = Alert(response.survey, "late", response.id, NOON, ("hook", "mail"), revision=response.revision)
        opening = OpenCasesDeps(world.raised, world.cases, no_pause)
        by = chance.choice(list(CaseBy))
        outcome = raise_in_case(raised, by, response.person, opening)
        assert outcome.earlier is None
        act(world, outcome.alert.case or "", f"{name} rang about '{response.statement.comment}'", chance)
        event = response_event_id(response.survey, response.id, response.revision, IDENTIFIED)
        crm = DeliveryKey("crm", response.responded_at, event)
        keys = [DeliveryKey(to, NOON, delivery_id(raised.id, to)) for to in raised.destinations]
        for key in [*keys, crm]:
            waits = Delivery(
                *(key.id, key.destination, raised.id, "late", response.survey, response.id, "response.detractor"),
                key.alerted_at,
                correlation=f"c-{name}",
            )
            trying = waits.started(NOON, f"{response.statement.comment} of {response.person}")
            down = Attempt(NOON, "down")
            ends = (
                trying,
                trying.delivered(NOON, None, 200),
                trying.failed(down, "it is away", chance.random, None),
                trying.parked("it refuses the contents", down),
            )
            assert world.deliveries.put(chance.choice(ends), None)


def act(world: World, case: str, words: str, chance: Random) -> None:
    """Note what somebody said on a case, contact and close it, as far as it comes."""
    facts = (
        CaseChange(FactKind.NOTE, words),
        CaseChange(FactKind.CONTACTED, words),
        CaseChange(FactKind.RESOLVED, words, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PEOPLE),
        CaseChange(FactKind.REOPENED, words),
    )
    for change in facts[: chance.choice((0, 1, 2, 3, 3, 4))]:
        old = world.cases.get(case)
        assert old is not None
        if change.kind is FactKind.CONTACTED and old.contacted_at is not None:
            continue
        assert world.cases.change(old, *changed(old, change, NOON, "key:k"))


def revise(world: World, name: str, chance: Random) -> None:
    """Correct, exclude or erase, as a key, one of somebody's responses, if there is one."""
    pointers, _ = world.people.responses(name, 1)
    found = world.ledger.find(pointers[0].survey, pointers[0].response) if pointers else None
    if found is None or found.score is None:
        return
    target = Target(found.survey, found.id, NOON + DAY, "c", "0f1e2d3c4b5a")
    if chance.random() < 0.3:
        erase_response(target, **world.ports("surveys", "ledger", "people", "invitations", "alerts", "pause"))
        return
    changes: dict[str, Any] = {"score": 5, "comment": f"{name} said it by phone"}
    changes = changes if chance.random() < 0.5 else {"excluded": True, "reason": f"{name} asked for it"}
    correct(target, changes, **world.ports("surveys", "ledger", "people", "pause"))


def recounted(items: Iterable[Any]) -> dict[tuple[str, str], Counter[int]]:
    """Count the responses as they stand, by partition of the counts and day."""
    counts: dict[tuple[str, str], Counter[int]] = {}
    for item in items:
        if item["pk"]["S"].startswith("R#") and not is_alias(unmarshalled(item)):
            response = read_response(unmarshalled(item))
            for series in response.counted_series:
                place = table_keys.counts(response.survey, series), table_keys.count(response.day)
                counts.setdefault(place, Counter())[int(response.score or 0)] += 1
    return counts


def counted(items: Iterable[Any]) -> dict[tuple[str, str], Counter[int]]:
    """Read the counts that scores are made of."""
    counts = {}
    for item in items:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if pk.startswith("C#") and not sk.startswith(table_keys.SUPERSEDED):
            numbers = Counter({score: int(item[f"h{score}"]["N"]) for score in range(11)})
            counts[pk, sk] = +numbers
    return {place: numbers for place, numbers in counts.items() if numbers}


def funnel(items: Iterable[Any]) -> Counter[Any]:
    """Count the invitations as they stand, by their cohorts."""
    total: Counter[Any] = Counter()
    for item in items:
        if item["sk"]["S"].startswith("I#"):
            invitation = read_invitation(unmarshalled(item))
            total.update(dict(moves(None, invitation)))
    return total


def without_called_off(total: Counter[Any]) -> Counter[Any]:
    """Leave out what an erasure calls off: what waits to be sent is not."""
    called_off = ("waiting", "stopped")
    return Counter(
        {
            (cohort, count): n
            for (cohort, count), n in total.items()
            if not (isinstance(count, WaveStage) and count.stage in called_off)
        }
    )


@pytest.fixture
def world(dynamodb: Any) -> World:
    return World(dynamodb)


def test_erased_people_of_every_history_leave_nothing_that_leads_back_to_them(world: World) -> None:
    chance = Random(12)
    names = [f"person-{number:03d}" for number in range(PEOPLE)]
    for name in [*names, *(f"other-{number:02d}" for number in range(OTHERS))]:
        live(world, name, chance)
    sought = tuple(person_of(world.export(name)) for name in names)
    before = world.items()
    assert counted(before) == recounted(before)
    for person in sought:
        alone = Search((person,))
        alone.look(before)
        assert alone.found, person.id

    for name in names:
        world.erase(name, subtract=chance.random() < 0.3, chance=chance)
    for submission in list(world.submissions):
        # Every statement comes once more, as from a queue or a dead letter.
        world.record(submission)

    after = world.items()
    search = Search(sought)
    search.look(after)
    assert search.found == []
    assert search.items == len(after)
    assert counted(after) == recounted(after)
    assert without_called_off(funnel(after)) == without_called_off(funnel(before))
    kept = repr([item for item in after if not item["pk"]["S"].startswith("P#")])
    assert re.findall(r"person-\d+", kept) == []
    mine = [item for item in after if item["pk"]["S"].startswith("P#person-")]
    tombstones = {item["pk"]["S"] for item in mine if item["sk"]["S"] == table_keys.META}
    assert tombstones == {table_keys.person(name) for name in names}
    invitations = [item for item in mine if item["sk"]["S"].startswith(table_keys.INVITATIONS)]
    assert {read_invitation(unmarshalled(item)).state for item in invitations} == {InvitationState.DECLINED}
    reached = [item for item in mine if item not in invitations and item["sk"]["S"] != table_keys.META]
    assert reached
    assert all(item["sk"]["S"].startswith(table_keys.REACHED) for item in reached)
    for name in names:
        left = world.export(name)
        assert (left["person"], left["invitations"], left["responses"]) == (None, [], [])
