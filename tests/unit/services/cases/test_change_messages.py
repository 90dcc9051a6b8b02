"""What webhooks get of a case: how it stands, and nothing that leads to a person or to words."""

import json

import pytest

from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import CaseOutcome, RootCause
from earshot.domain.deliveries import Delivery
from earshot.ports.destinations import Message
from earshot.services.cases.change_messages import CaseChangeMessages
from tests.fakes.case_world import CaseWorld

SOLVED = CaseChange(
    FactKind.RESOLVED, note="Ada gets a new one.", outcome=CaseOutcome.COMPENSATED, root_cause=RootCause.DELIVERY
)


def message(world: CaseWorld, kind: str, case: str | None = None) -> Message | None:
    subject = case or world.id
    delivery = Delivery("d-1", "desk", "", "", "demo", subject, kind, world.now, revision=1, case=subject)
    return CaseChangeMessages(world.cases, "https://nps.example.com/")(delivery)


def test_a_late_message_has_the_case_as_it_is_now() -> None:
    world = CaseWorld()
    world.change(CaseChange(FactKind.CONTACTED))
    world.change(SOLVED)
    found = message(world, "case.opened")
    assert found is not None
    assert (found.id, found.type, found.timestamp) == ("d-1", "case.opened", "2026-11-20T14:00:00.000Z")
    assert (found.data["state"], found.data["outcome"], found.data["score"]) == ("resolved", "compensated", 2)
    assert found.data["revision"] == world.case.revision
    assert found.data["links"] == {"case": f"https://nps.example.com/v1/cases/{world.id}"}


def test_neither_person_nor_response_nor_words_are_sent() -> None:
    world = CaseWorld()
    world.change(SOLVED)
    found = message(world, "case.closed")
    assert found is not None
    sent = json.dumps(found.data)
    assert [word for word in ('"ada"', "Ada", '"r1"', "weeks", "new one") if word in sent] == []


def test_the_account_of_a_case_is_named() -> None:
    world = CaseWorld()
    world.edit(account="fab")
    found = message(world, "case.opened")
    assert found is not None
    assert found.data["account"] == "fab"


def test_a_closing_is_sent_as_long_as_the_case_is_closed() -> None:
    world = CaseWorld()
    assert message(world, "case.closed") is None
    world.change(SOLVED)
    assert message(world, "case.closed") is not None
    world.change(CaseChange(FactKind.REOPENED))
    assert message(world, "case.closed") is None
    assert message(world, "case.changed") is not None


@pytest.mark.parametrize("kind", ["case.opened", "case.changed", "case.closed"])
def test_of_a_case_that_there_is_not_nothing_is_sent(kind: str) -> None:
    assert message(CaseWorld(), kind, "6f1f5b54-3a2d-5f0e-9d0c-0a6e1a5f7c11") is None


def test_an_erased_case_is_still_followed() -> None:
    world = CaseWorld()
    world.change(SOLVED)
    world.edit(person=None, response=None)
    assert message(world, "case.closed") is not None
