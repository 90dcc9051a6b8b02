"""What staff is sent about a case is as it is at that moment; what is over, erased or for another is withdrawn."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from earshot.domain.access import Role
from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import CaseOutcome, RootCause, SubjectKind
from earshot.domain.destinations import SURVEY_OWNER
from earshot.domain.members import Absence, removed
from earshot.emails.case import render_case
from earshot.ports.destinations import Message, NotYet
from tests.factories import NOON, make_survey
from tests.fakes.case_world import FRIDAY, CaseWorld, at
from tests.fakes.surveys import InMemorySurveys

CONTACTED, WAITING = CaseChange(FactKind.CONTACTED), CaseChange(FactKind.WAITING)
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)


def data_of(world: CaseWorld, step: str, kind: str = "case.reminder") -> dict[str, Any]:
    """Return the data of the mail of a step that was queued."""
    (mail,) = (each for each in world.mails() if each.alert == step)
    message = world.messages(mail)
    assert isinstance(message, Message)
    assert message.type == mail.type
    assert render_case(message.type, message.data, "Shop").text
    return dict(message.data)


def test_the_mail_has_score_words_person_account_and_times() -> None:
    world = CaseWorld()
    world.take_at("2026-11-20T15:05")
    data = data_of(world, "1.owner.bea")
    assert data["score"] == 2
    assert data["is_urgent"]
    assert data["comment"] == "Three weeks late."
    assert data["account"] == "Fabrikam"
    assert data["person"] == {"id": "ada", "name": "Ada Lovelace", "email": "ada@fabrikam.example"}
    assert data["owner"] == "Bea"
    assert (data["opened_at"], data["contact_due_at"]) == (FRIDAY, at("2026-11-23T16:00"))
    assert data["link"] == f"https://nps.example.com/v1/cases/{world.id}"
    assert (data["timezone"], data["locale"], data["reader"], data["clock"]) == (
        *("Europe/Berlin", "en"),
        *("owner", "contact"),
    )


def test_the_newest_words_are_shown_and_only_the_first_of_many() -> None:
    world = CaseWorld()
    world.joins("r2", "word " * 100, responded_at=NOON + 2)
    world.joins("r3", None, responded_at=NOON + 3)
    world.take_at("2026-11-20T15:05")
    comment = data_of(world, "1.owner.bea")["comment"]
    assert comment.startswith("word word")
    assert comment.endswith("word …")
    assert len(comment) < 290


def test_words_that_were_erased_or_excluded_meanwhile_are_not_sent() -> None:
    world = CaseWorld()
    world.take_at("2026-11-20T15:05")
    del world.ledger.items["demo", "r1"]
    assert data_of(world, "1.owner.bea")["comment"] is None


def test_an_employee_survey_shows_nobody_s_words() -> None:
    world = CaseWorld()
    world.surveys = InMemorySurveys(make_survey(owner="ann@example.com", kind="employee"))
    world.take_at("2026-11-20T15:05")
    assert data_of(world, "1.owner.bea")["comment"] is None


def test_a_lead_reads_what_has_happened_and_an_executive_no_words() -> None:
    world = CaseWorld()
    world.change(CaseChange(FactKind.NOTE, note="Called twice."))
    world.take_at("2026-11-23T16:05")
    lead = data_of(world, "1.contact.100")
    assert (lead["reader"], lead["comment"]) == ("lead", "Three weeks late.")
    assert [(each["kind"], each["note"], each["owner"]) for each in lead["facts"]] == [
        ("note", "Called twice.", None),
        ("step", None, "Carl"),
    ]
    world.take_at("2026-11-25T09:00")
    above = data_of(world, "1.contact.200")
    assert (above["comment"], above["person"], above["facts"][0]["note"]) == (None, None, None)


def test_a_manager_above_the_lead_reads_the_words_and_not_whose_they_are() -> None:
    world = CaseWorld()
    world.is_away("dora", role=Role.MANAGER)
    world.take_at("2026-11-25T09:00")
    above = data_of(world, "1.contact.200")
    assert (above["comment"], above["person"]) == ("Three weeks late.", None)


def test_of_many_facts_the_newest_are_shown_and_the_others_counted() -> None:
    world = CaseWorld()
    for number in range(9):
        world.change(CaseChange(FactKind.NOTE, note=f"note {number}"))
    world.take_at("2026-11-20T15:05")
    data = data_of(world, "1.owner.bea")
    assert [each["note"] for each in data["facts"]] == [f"note {number}" for number in range(3, 9)]
    assert data["earlier_facts"] == 3


def test_the_survey_s_owner_hears_of_a_case_that_nobody_owns() -> None:
    world = CaseWorld(owner=None)
    world.take_at("2026-11-23T11:00")
    data = data_of(world, "1.contact.50")
    assert (data["reader"], data["owner"], data["timezone"], data["locale"]) == ("survey", None, "UTC", "en")


def test_an_account_without_a_name_is_called_by_its_id_and_a_case_of_nobody_shows_nobody() -> None:
    world = CaseWorld()
    world.accounts.kept.clear()
    world.take_at("2026-11-20T15:05")
    assert data_of(world, "1.owner.bea")["account"] == "fab"
    world.edit(subject=SubjectKind.COLLECTIVE, person=None)
    data = data_of(world, "1.owner.bea")
    assert (data["account"], data["person"]) == (None, None)


def test_a_reminder_of_a_contact_that_was_made_meanwhile_is_withdrawn() -> None:
    world = CaseWorld()
    world.take_at("2026-11-20T15:05")
    world.take_at("2026-11-23T11:00")
    assigned, reminder = world.mails()
    world.change(CONTACTED)
    assert world.messages(reminder) is None
    assert isinstance(world.messages(assigned), Message)
    assert data_of(world, "1.owner.bea")["clock"] == "close"


def closed(world: CaseWorld) -> None:
    world.change(RESOLVED)


def erased(world: CaseWorld) -> None:
    world.edit(person=None)


def gone(world: CaseWorld) -> None:
    world.cases.kept.clear()


def reopened(world: CaseWorld) -> None:
    world.change(RESOLVED)
    world.change(CaseChange(FactKind.REOPENED))


def waits(world: CaseWorld) -> None:
    world.change(WAITING)


def given_to_another(world: CaseWorld) -> None:
    world.change(CaseChange(FactKind.ASSIGNED, owner="eve", note="ill"))


def left(world: CaseWorld) -> None:
    world.members.kept["bea"] = removed(world.members.kept["bea"], FRIDAY)


def moved(world: CaseWorld) -> None:
    world.edit(close_due_at=world.case.close_due_at + 1, targets=replace(world.case.targets, close_hours=400))


@pytest.mark.parametrize("happens", [closed, erased, gone, reopened, waits, given_to_another, left, moved])
def test_what_is_no_longer_so_is_not_sent(happens: Any) -> None:
    world = CaseWorld()
    world.take_at("2026-11-20T15:05")
    world.change(CONTACTED)
    assert world.take_at("2026-11-25T14:05") == [("case.reminder", "1.close.50", "bea")]
    reminder = world.mails()[-1]
    assert isinstance(world.messages(reminder), Message)
    happens(world)
    assert world.messages(reminder) is None


@pytest.mark.parametrize("happens", [closed, erased, given_to_another, left])
def test_who_no_longer_owns_it_does_not_hear_that_it_is_theirs(happens: Any) -> None:
    world = CaseWorld()
    world.take_at("2026-11-20T15:05")
    happens(world)
    assert world.messages(world.mails()[-1]) is None


def test_an_escalation_goes_to_the_lead_also_if_another_owns_it_by_then_but_not_if_they_left() -> None:
    world = CaseWorld()
    world.take_at("2026-11-23T16:05")
    (overdue,) = (mail for mail in world.mails() if mail.alert == "1.contact.100")
    given_to_another(world)
    assert isinstance(world.messages(overdue), Message)
    world.members.kept["carl"] = removed(world.members.kept["carl"], FRIDAY)
    assert world.messages(overdue) is None


def test_the_deputy_is_not_reminded_any_more_when_the_owner_is_back() -> None:
    world = CaseWorld()
    world.is_away("bea", away=Absence(date(2026, 11, 20), date(2026, 11, 20)))
    assert world.take_at("2026-11-20T15:05") == [("case.assigned", "1.owner.bea", "eve")]
    world.is_away("bea", away=Absence(date(2026, 11, 23), date(2026, 11, 23)))
    assert world.take_at("2026-11-23T11:00") == [("case.reminder", "1.contact.50", "eve")]
    assert isinstance(world.messages(world.mails()[1]), Message)
    world.is_away("bea", away=None)
    assert world.messages(world.mails()[1]) is None
    assert isinstance(world.messages(world.mails()[0]), Message)


def test_the_survey_s_owner_is_not_reminded_of_what_somebody_owns_by_now() -> None:
    world = CaseWorld(owner=None)
    world.take_at("2026-11-23T11:00")
    (mail,) = world.mails()
    assert mail.subject == SURVEY_OWNER
    world.change(CaseChange(FactKind.ASSIGNED, owner="bea"))
    assert world.messages(mail) is None


def test_outside_hours_it_waits_for_the_next_opening() -> None:
    world = CaseWorld()
    world.take_at("2026-11-20T16:59")
    world.now = at("2026-11-20T17:01")
    assert world.messages(world.mails()[-1]) == NotYet(at("2026-11-23T09:00"))
