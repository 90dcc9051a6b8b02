"""What opens a case: its id, whose it is, how urgent and by when it is due."""

from dataclasses import replace

import pytest

from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_clocks import HOUR
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import OwnedBy, SubjectKind
from earshot.domain.opened_cases import Opening, case_id, opened_by, opened_by_hand, priority_of
from tests.factories import NOON

ALERT = Alert("demo", "own", "r1", NOON)
OFFICE = Calendar("office", "UTC", {"mon": (("09:00", "17:00"),), "tue": (("09:00", "17:00"),)})


def test_the_same_alert_opens_the_same_case_and_another_one_another() -> None:
    later = replace(ALERT, raised_at=NOON + 1)
    assert case_id(ALERT, SubjectKind.PERSON) == case_id(later, SubjectKind.PERSON)
    others = {replace(ALERT, rule="second"), replace(ALERT, survey="other"), replace(ALERT, subject="r2"), ALERT}
    assert len({case_id(each, SubjectKind.PERSON) for each in others}) == 4


def test_a_response_alone_has_one_case_whichever_rule_fires() -> None:
    second = replace(ALERT, rule="second")
    assert case_id(ALERT, SubjectKind.RESPONSE) == case_id(second, SubjectKind.RESPONSE)
    assert case_id(ALERT, SubjectKind.RESPONSE) != case_id(ALERT, SubjectKind.COLLECTIVE)


def test_a_case_names_its_subject_and_nobody_else() -> None:
    cases = {kind: opened_by(ALERT, kind, "acme") for kind in SubjectKind}
    assert {kind: (case.person, case.account) for kind, case in cases.items()} == {
        SubjectKind.PERSON: ("acme", None),
        SubjectKind.ACCOUNT: (None, "acme"),
        SubjectKind.RESPONSE: (None, None),
        SubjectKind.COLLECTIVE: (None, None),
    }
    assert {(case.opened_at, case.response, case.rule, case.alert) for case in cases.values()} == {
        (NOON, "r1", "own", ALERT.id)
    }
    assert not any(case.is_by_hand for case in cases.values())


def test_without_more_it_is_due_after_a_day_and_after_five_around_the_clock_and_nobody_owns_it() -> None:
    case = opened_by(ALERT, SubjectKind.PERSON, "ann")
    assert (case.contact_due_at, case.close_due_at) == (NOON + 24 * HOUR, NOON + 120 * HOUR)
    assert (case.owner, case.owned_by, case.calendar, case.round_at) == (None, None, None, NOON)
    assert (case.next_step_at, case.priority, case.responses) == (NOON + 12 * HOUR, Priority.NORMAL, 1)


def test_it_is_due_in_the_hours_of_its_calendar() -> None:
    opening = Opening(2, Priority.HIGH, "mia", OwnedBy.RULE, OFFICE, Targets(8, 16))
    case = opened_by(ALERT, SubjectKind.PERSON, "ann", opening)
    # Saturday noon: Monday from nine to five is eight hours.
    assert case.contact_due_at == NOON + 53 * HOUR
    assert case.close_due_at == NOON + 77 * HOUR
    assert (case.calendar, case.owner, case.owned_by) == ("office", "mia", OwnedBy.RULE)
    assert (case.score, case.priority, case.targets) == (2, Priority.HIGH, Targets(8, 16))


@pytest.mark.parametrize(("subject", "found"), [(SubjectKind.PERSON, ("x", None)), (SubjectKind.ACCOUNT, (None, "x"))])
def test_a_case_by_hand_has_no_response(subject: SubjectKind, found: tuple[str | None, str | None]) -> None:
    case = opened_by_hand("id", "demo", subject, "x", NOON, Opening(priority=Priority.HIGH))
    assert (case.person, case.account) == found
    assert (case.id, case.survey, case.responses, case.response, case.score) == ("id", "demo", 0, None, None)
    assert case.is_by_hand


@pytest.mark.parametrize("score", range(11))
def test_what_is_urgent(score: int) -> None:
    assert (priority_of(score) is Priority.HIGH) == (score <= 3)
    assert priority_of(score, contact_requested=True) is Priority.HIGH
    assert priority_of(score, is_key_account=True) is Priority.HIGH
    assert priority_of(None) is Priority.NORMAL


@pytest.mark.parametrize("subject", list(SubjectKind))
def test_a_case_of_every_subject_has_a_first_step(subject: SubjectKind) -> None:
    assert opened_by(Alert("demo", "own", "r1", NOON), subject, "acme").next_step_at == NOON + 12 * HOUR
