"""What is sent of an alert: no more than the destination may have, and nothing that was erased."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alert_rules import default_rule
from earshot.domain.alerts import ScoreFact, raised_on_the_score
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import COMMENT, CRM, PERSON, Destination, crm_destination
from earshot.domain.message_types import SUMMARIZED, TEST
from earshot.domain.person import ErasedPerson
from earshot.domain.response import Response
from earshot.domain.statement import StatementKind
from earshot.ports.alerts import Limited
from earshot.services.alerts.messages import AlertMessages
from tests.factories import NOON, changed, make_person, make_response
from tests.fakes.alerts import InMemoryAlertLimits, InMemoryAlerts
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople

HOOK = Destination("hook", "webhook", "Hook", {"url": "https://example.com"})
EVERYTHING = replace(HOOK, include=(PERSON, COMMENT))
URL = "https://earshot.example.com"


class World:
    """The ports of a test, and the messages made from them."""

    def __init__(self) -> None:
        self.ledger, self.people = InMemoryLedger(), InMemoryPeople()
        self.alerts, self.limits = InMemoryAlerts(), InMemoryAlertLimits()
        self.message = AlertMessages(
            responses=self.ledger, alerts=self.alerts, people=self.people, limits=self.limits, url=f"{URL}/"
        )

    def record(self, response: Response) -> Delivery:
        """Keep a response, and return the delivery of its alert."""
        self.ledger.items[response.survey, response.id] = response
        return delivery(subject=response.id)


@pytest.fixture
def world() -> World:
    return World()


def delivery(**fields: Any) -> Delivery:
    settings: dict[str, Any] = {
        "id": "d-1",
        "destination": "hook",
        "alert": "a-1",
        "rule": "default",
        "survey": "demo",
        "subject": "",
        "type": "response.detractor",
        "alerted_at": NOON,
        "correlation": "r-1",
    }
    return Delivery(**(settings | fields))


def test_a_response_is_sent_without_person_and_comment_unless_they_are_included(world: World) -> None:
    response = make_response(2, person="ann", comment="late", channel="email", properties={"plan": "pro"})
    message = world.message(world.record(response), HOOK)
    assert message is not None
    assert (message.id, message.type, message.timestamp) == ("d-1", "response.detractor", "2026-11-21T12:00:00.000Z")
    assert message.correlation == "r-1"
    assert message.data == {
        "alert": "a-1",
        "rule": "default",
        "survey": "demo",
        "case": None,
        "response": response.id,
        "revision": 1,
        "score": 2,
        "category": "detractor",
        "responded_at": "2026-11-21T12:00:00.000Z",
        "channel": "email",
        "properties": {"plan": "pro"},
        "contact_requested": False,
        "links": {"response": f"{URL}/v1/surveys/demo/responses/{response.id}"},
    }


def test_a_response_that_was_found_a_moment_ago_is_not_read_again(world: World) -> None:
    response = make_response(2)
    message = world.message(delivery(subject=response.id), HOOK, response)
    assert message is not None
    assert message.data["response"] == response.id
    assert world.message(delivery(subject=response.id), HOOK) is None


def test_the_case_of_the_alert_is_sent_with_a_link(world: World) -> None:
    message = world.message(replace(world.record(make_response(2)), case="c-1"), HOOK)
    assert message is not None
    assert message.data["case"] == "c-1"
    assert message.data["links"]["case"] == f"{URL}/v1/cases/c-1"


def test_a_person_is_sent_with_name_and_address_where_they_are_included(world: World) -> None:
    world.people.kept["ann"] = make_person()
    task = world.record(make_response(2, person="ann", comment="late", comment_score=2))
    with_person = world.message(task, replace(HOOK, include=(PERSON,)))
    with_comment = world.message(task, replace(HOOK, include=(COMMENT,)))
    assert with_person is not None
    assert with_comment is not None
    assert with_person.data["person"] == {"id": "ann", "name": "Ann", "email": "ann@example.com"}
    assert "comment" not in with_person.data
    assert (with_comment.data["comment"], with_comment.data["comment_score"]) == ("late", 2)
    assert "person" not in with_comment.data


def test_of_an_erased_or_unknown_person_only_the_id_is_sent(world: World) -> None:
    world.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    for person in ("ann", "unknown"):
        message = world.message(world.record(make_response(2, person=person)), EVERYTHING)
        assert message is not None
        assert message.data["person"] == {"id": person}


def test_an_anonymous_response_has_no_person(world: World) -> None:
    message = world.message(world.record(make_response(2)), EVERYTHING)
    assert message is not None
    assert (message.data["person"], message.data["comment"]) == (None, None)


def test_the_crm_of_the_deployment_knows_people_by_their_id(world: World) -> None:
    world.people.kept["ann"] = make_person()
    task = world.record(make_response(2, person="ann"))
    message = world.message(replace(task, destination=CRM), crm_destination("https://crm.example.com"))
    assert message is not None
    assert message.data["person"] == {"id": "ann"}


@pytest.mark.parametrize("kind", [StatementKind.WITHDRAWN, StatementKind.ANONYMISED, StatementKind.ERASED])
def test_nothing_is_sent_of_a_response_that_was_taken_back(world: World, kind: StatementKind) -> None:
    task = world.record(make_response(2, kind=kind, comment="late"))
    assert world.message(task, EVERYTHING) is None


def test_nothing_is_sent_of_a_response_that_is_gone_or_excluded(world: World) -> None:
    assert world.message(delivery(subject="unknown"), EVERYTHING) is None
    assert world.message(world.record(make_response(2, excluded=True)), EVERYTHING) is None


def test_a_response_is_sent_as_it_is_now(world: World) -> None:
    first = make_response(2, comment="late")
    task = world.record(first)
    world.ledger.items["demo", first.id] = changed(first, score=5, comment="came after all", revision=2)
    message = world.message(task, EVERYTHING)
    assert message is not None
    assert (message.data["score"], message.data["comment"]) == (5, "came after all")
    assert message.data["revision"] == 2


def test_an_alert_on_a_category_that_is_another_now_is_withdrawn(world: World) -> None:
    task = world.record(make_response(8))
    categories = ("detractor", "passive", "promoter")
    sent = [world.message(replace(task, type=f"response.{name}"), EVERYTHING) for name in categories]
    assert [message and message.data["category"] for message in sent] == [None, "passive", None]
    for kind in ("response.matched", "response.updated"):
        message = world.message(replace(task, type=kind), EVERYTHING)
        assert message is not None
        assert message.data["category"] == "passive"


def test_an_alert_on_the_score_has_the_data_of_its_event(world: World) -> None:
    fact = ScoreFact("e-1", "ScoreChanged", {"survey": "demo", "score": 12}, "2026-11-21T12:00:00.000Z")
    alert = raised_on_the_score(replace(default_rule("demo"), id="rule-1"), fact, NOON)
    world.alerts.raise_once(alert)
    task = delivery(type="score.changed", subject="e-1", rule="rule-1")
    message = world.message(task, HOOK)
    assert message is not None
    assert message.data == {"alert": "a-1", "rule": "rule-1", "survey": "demo", "score": 12}
    assert world.message(replace(task, subject="e-2"), HOOK) is None


def test_a_test_says_that_it_is_one(world: World) -> None:
    message = world.message(delivery(type=TEST, alert="", rule="", survey=""), HOOK)
    assert message is not None
    assert message.data == {"destination": "hook", "text": "This is a test of Earshot."}


def test_a_summary_tells_how_many_alerts_there_were_and_where_they_are(world: World) -> None:
    for destination, count in (("mail", 65), ("owner", 65)):
        for number in range(count):
            world.limits.take(Limited("demo", "default", destination, NOON // 3_600_000), f"{destination}-{number}")
    message = world.message(delivery(type=SUMMARIZED, destination="mail"), replace(HOOK, id="mail"))
    assert message is not None
    assert message.data == {
        "rule": "default",
        "survey": "demo",
        "from": "2026-11-21T12:00:00.000Z",
        "to": "2026-11-21T12:15:00.000Z",
        "count": 65,
        "links": {"deliveries": f"{URL}/v1/deliveries?destination=mail&state=muted"},
    }


@pytest.mark.parametrize(("superseded_on", "is_newest"), [(None, True), ("2026-11-22", False)])
def test_a_message_knows_whether_its_response_is_the_persons_newest(
    world: World, superseded_on: str | None, is_newest: bool
) -> None:
    message = world.message(world.record(replace(make_response(2, person="ann"), superseded_on=superseded_on)), HOOK)
    assert message is not None
    assert message.is_newest is is_newest
    assert "newest" not in str(message.data)
